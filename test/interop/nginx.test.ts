/** The server behind a real nginx with deploy/nginx.conf: sockets, the client's address, spoofed headers. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import * as assert from 'uvu/assert';
import type { RunningServer } from '../../server/assemble.js';
import { startTestServer } from '../server/rig.js';
import { eventually } from '../support/until.js';
import { Bench, freePort, interop, type Running } from './programs.js';

const CONFIG = fileURLToPath(new URL('../../../deploy/nginx.conf', import.meta.url));
const LIMIT = 10;

const test = interop('nginx', ['nginx', 'openssl']);
let bench: Bench;
let server: RunningServer;
let nginx: Running;
let port: number;

interface Asked {
  readonly status: number;
  readonly code: string | undefined;
}

function ask(headers: Record<string, string>, localAddress = '127.0.0.1'): Promise<Asked> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/v1/stations', localAddress, rejectUnauthorized: false, headers: { host: 'radio.example', ...headers } }, (response) => {
      let text = '';
      response.on('data', (part) => (text += part)).on('end', () => resolve({ status: response.statusCode!, code: response.statusCode === 200 ? undefined : (JSON.parse(text) as { code?: string }).code }));
    }).on('error', reject).end();
  });
}

test.before(async () => {
  bench = new Bench();
  server = await startTestServer({ trustProxy: ['127.0.0.1'], publicUrl: ['https://radio.example'], maxRequestsPerMinute: LIMIT });
  port = await freePort();
  const [key, cert, config] = ['key.pem', 'cert.pem', 'nginx.conf'].map((name) => join(bench.folder, name)) as [string, string, string];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=radio.example', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(bench.folder, name)};`).join(' ');
  writeFileSync(config, `daemon off; pid ${join(bench.folder, 'pid')}; error_log stderr;\n${readFileSync(CONFIG, 'utf8')
    .replace('worker_processes auto', 'worker_processes 1')
    .replace('http {', `http { access_log off; ${temporary}`)
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace('127.0.0.1:8080', `127.0.0.1:${server.port}`)
    .replace(/ssl_certificate \S+;/, `ssl_certificate ${cert};`)
    .replace(/ssl_certificate_key \S+;/, `ssl_certificate_key ${key};`)}`);
  nginx = bench.start('nginx', ['-p', bench.folder, '-c', config]);
  await eventually('nginx answers', () => ask({}).then(({ status }) => status === 200, () => false), { log: () => nginx.log });
});

test.after(async () => {
  await nginx?.stop('SIGQUIT');
  await bench?.close();
  await server?.close();
});

test('a page of the public name opens a socket; one without TLS does not', async () => {
  const ws = new WebSocket(`wss://127.0.0.1:${port}/v1/stations/watch`, { rejectUnauthorized: false, headers: { host: 'radio.example', origin: 'https://radio.example' } });
  await once(ws, 'open');
  ws.terminate();
  assert.equal(await ask({ origin: 'http://radio.example' }), { status: 403, code: 'not-allowed' });
  assert.equal(await ask({ host: 'evil.example' }), { status: 403, code: 'not-allowed' });
});

test('a client is counted by its address; what it invents is not believed', async () => {
  const proxied = { 'x-forwarded-for': '1.2.3.4, 9.9.9.9' };
  const all = await Promise.all(Array.from({ length: LIMIT + 5 }, () => ask(proxied)));
  assert.is(all.filter(({ code }) => code === 'too-many-requests').length, 5, 'from another proxy on this machine, for 9.9.9.9');
  assert.is((await ask(proxied, '127.0.0.2')).status, 200, 'from somebody who is no proxy');
});

test.run();
