/** The files of deploy/ for nginx, changed to run in a folder of a test. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface NginxPlace {
  readonly folder: string;
  /** Where it listens. */
  readonly port: number;
  /** Undefined: without TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** What stands in the file, and what takes its place, such as addresses of servers. */
  readonly replaced: readonly (readonly [from: string, to: string])[];
}

/** Content of a file of deploy/. */
export const deployed = (name: string): string => readFileSync(fileURLToPath(new URL(`../../../deploy/${name}`, import.meta.url)), 'utf8');

/** @param name of the file in deploy/ */
export function nginxConfig(name: string, { folder, port, tls, replaced }: NginxPlace): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((each) => `${each}_temp_path ${join(folder, each)};`).join(' ');
  const config = `daemon off; pid ${join(folder, 'pid')}; error_log stderr;\n${deployed(name)
    .replace('worker_processes auto', 'worker_processes 1')
    .replace('http {', `http { access_log off; ${temporary}`)
    .replace('listen 443 ssl', `listen 127.0.0.1:${port}${tls ? ' ssl' : ''}`)
    .replace(/ssl_certificate \S+;/, tls ? `ssl_certificate ${tls.cert};` : '')
    .replace(/ssl_certificate_key \S+;/, tls ? `ssl_certificate_key ${tls.key};` : '')}`;
  return replaced.reduce((text, [from, to]) => text.replaceAll(from, to), config);
}

/** Arguments for a file `config` in the folder. */
export const nginxArgs = (folder: string): readonly string[] => ['-p', folder, '-c', join(folder, 'config')];
