/** The server behind a real nginx and a real Caddy with the files of deploy/: sockets, the client's address, spoofed headers. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import * as assert from 'uvu/assert';
import type { RunningServer } from '../../server/assemble.js';
import { startTestServer } from '../server/rig.js';
import { eventually } from '../support/until.js';
import { deployed, nginxArgs, nginxConfig } from './nginx.js';
import { Bench, freePort, interop, type Running } from './programs.js';

const LIMIT = 10;
const NAME = 'radio.example';

interface Place {
  readonly folder: string;
  /** Where the proxy listens. */
  readonly port: number;
  readonly server: number;
  readonly cert: string;
  readonly key: string;
}

/** The file of deploy/ changed to run here, and the arguments of the program. */
const PROXIES: Readonly<Record<string, (place: Place) => { readonly config: string; readonly args: readonly string[] }>> = {
  nginx({ folder, port, server, cert, key }) {
    const config = nginxConfig('nginx.conf', { folder, port, tls: { cert, key }, replaced: [['127.0.0.1:8080', `127.0.0.1:${server}`]] });
    return { config, args: nginxArgs(folder) };
  },
  caddy({ folder, port, server, cert, key }) {
    const config = `{\n  admin off\n  auto_https disable_redirects\n  skip_install_trust\n}\n${deployed('Caddyfile')
      .replace(`${NAME} {`, `https://${NAME}:${port} {\n  bind 127.0.0.1\n  tls ${cert} ${key}`)
      // Without this Caddy leaves out what other proxies say of the client.
      .replace('127.0.0.1:8080', `127.0.0.1:${server} {\n    trusted_proxies 127.0.0.1/32\n  }`)}`;
    return { config, args: ['run', '--adapter', 'caddyfile', '--config', join(folder, 'config')] };
  },
};

for (const [program, configure] of Object.entries(PROXIES)) {
  const test = interop(program, [program, 'openssl']);
  let bench: Bench;
  let server: RunningServer;
  let proxy: Running;
  let port: number;

  const ask = (headers: Record<string, string> = {}, localAddress = '127.0.0.1') => new Promise<{ readonly status: number; readonly code: string | undefined }>((resolve, reject) => {
    request({ host: '127.0.0.1', port, servername: NAME, path: '/v1/stations', localAddress, rejectUnauthorized: false, headers: { host: NAME, ...headers } }, (response) => {
      let text = '';
      response.on('data', (part) => (text += part)).on('end', () => resolve({ status: response.statusCode!, code: response.statusCode === 200 ? undefined : (JSON.parse(text) as { code?: string }).code }));
    }).on('error', reject).end();
  });

  test.before(async () => {
    bench = new Bench();
    server = await startTestServer({ trustProxy: ['127.0.0.1'], publicUrl: [`https://${NAME}`], maxRequestsPerMinute: LIMIT });
    port = await freePort();
    const { folder } = bench;
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const { config, args } = configure({ folder, port, server: server.port, cert, key });
    writeFileSync(join(folder, 'config'), config);
    proxy = bench.start(program, args, { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder });
    await eventually(`${program} answers`, () => ask().then(({ status }) => status === 200, () => false), { log: () => proxy.log });
  });

  test.after(async () => {
    // nginx's worker would outlive a master that is killed.
    await proxy?.stop('SIGTERM');
    await bench?.close();
    await server?.close();
  });

  test('a page of the public name opens a socket; one without TLS reaches nothing', async () => {
    // The types of ws leave out what it hands to TLS.
    const options: object = { servername: NAME, rejectUnauthorized: false, headers: { host: NAME, origin: `https://${NAME}` } };
    const ws = new WebSocket(`wss://127.0.0.1:${port}/v1/stations/watch`, options);
    await once(ws, 'open');
    ws.terminate();
    assert.equal(await ask({ origin: `http://${NAME}` }), { status: 403, code: 'not-allowed' });
  });

  test('a client is counted by its address; what it invents is not believed', async () => {
    const proxied = { 'x-forwarded-for': '1.2.3.4, 9.9.9.9' };
    const all = await Promise.all(Array.from({ length: LIMIT + 5 }, () => ask(proxied)));
    assert.is(all.filter(({ code }) => code === 'too-many-requests').length, 5, 'from another proxy on this machine, for 9.9.9.9');
    assert.is((await ask(proxied, '127.0.0.2')).status, 200, 'from somebody who is no proxy');
  });

  if (program === 'nginx') {
    test('the file for several nodes is one that nginx takes', () => {
      const folder = mkdtempSync(join(bench.folder, 'cluster-'));
      const tls = { cert: join(bench.folder, 'cert.pem'), key: join(bench.folder, 'key.pem') };
      writeFileSync(join(folder, 'config'), nginxConfig('nginx-cluster.conf', { folder, port, tls, replaced: [] }));
      execFileSync('nginx', ['-t', ...nginxArgs(folder)], { stdio: 'pipe' });
    });
  }

  test.run();
}
