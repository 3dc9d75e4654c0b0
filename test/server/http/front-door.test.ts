/** A page that rebinds its name to this machine, and a page of a stranger: neither reaches anything. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RunningServer } from '../../../server/assemble.js';
import { FrontDoor } from '../../../server/http/front-door.js';
import { Log } from '../../../server/log.js';
import { withDefaults } from '../../../server/settings.js';
import { connect, refusedUpgrade, sharedServer } from '../rig.js';

const shared = sharedServer(test, { publicUrl: ['https://radio.example'], allowedOrigins: ['https://friend.example'] });

/** Status and code of an answer; 200 and undefined where all is well. */
function ask({ port }: Pick<RunningServer, 'port'>, path: string, headers: Record<string, string>, method = 'GET'): Promise<readonly [number, string | undefined]> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let text = '';
      response.on('data', (part) => (text += part)).on('end', () => {
        const isProblem = response.headers['content-type'] === 'application/problem+json';
        resolve([response.statusCode!, isProblem ? (JSON.parse(text) as { code: string }).code : undefined]);
      });
    }).on('error', reject).end(method === 'GET' ? undefined : '{}');
  });
}

const SOCKETS = ['/v1/stream', '/v1/stations/watch', '/v1/streams/demo/watch'];
const REFUSED = [403, 'not-allowed'] as const;

test('a page that rebinds its name reaches no route and no socket', () => shared(async (server) => {
  const rebound = { host: 'evil.example:80', origin: 'http://evil.example', 'sec-fetch-site': 'same-origin' };
  for (const path of ['/', '/v1/stations', '/v1/access', '/metrics', '/healthz', '/widget.js', '/rest/ping', '/nothing']) assert.equal(await ask(server, path, rebound), REFUSED, path);
  for (const method of ['POST', 'PATCH', 'DELETE', 'OPTIONS']) assert.equal(await ask(server, '/v1/stations', rebound, method), REFUSED, method);
  for (const path of SOCKETS) assert.is((await refusedUpgrade(server, path, { headers: rebound })).status, 403, path);
}));

test('the names that the operator gives reach all', () => shared(async (server) => {
  for (const host of ['localhost', '127.0.0.1', '[::1]:8080', 'radio.example']) assert.is((await ask(server, '/v1/stations', { host }))[0], 200, host);
  const client = await connect(server, '/v1/stations/watch', { headers: { host: 'radio.example', origin: 'https://radio.example' } });
  client.ws.terminate();
}));

test('a page of a stranger opens no socket, changes nothing and loads nothing but the widget', () => shared(async (server) => {
  for (const path of SOCKETS) assert.is((await refusedUpgrade(server, path, { headers: { origin: 'https://evil.example' } })).status, 403, path);
  assert.equal(await ask(server, '/v1/stations', { origin: 'https://evil.example', 'content-type': 'text/plain' }, 'POST'), REFUSED);
  const loads = (mode: string, site = 'cross-site', referer = 'https://evil.example/') => ({ 'sec-fetch-site': site, 'sec-fetch-mode': mode, referer });
  for (const path of ['/v1/stations', '/v1/stations/one/audio', '/metrics', '/icon.svg']) assert.equal(await ask(server, path, loads('no-cors')), REFUSED, path);
  assert.equal(await ask(server, '/v1/stations', loads('no-cors', 'same-site', 'http://127.0.0.1:3000/')), REFUSED, 'another port of this machine');
  assert.is((await ask(server, '/v1/stations', loads('navigate')))[0], 200, 'a link');
  assert.is.not((await ask(server, '/widget.js', loads('no-cors')))[0], 403);
  assert.is((await ask(server, '/v1/stations', loads('no-cors', 'cross-site', 'https://friend.example/page')))[0], 200);
  assert.is((await ask(server, '/v1/stations', loads('no-cors', 'same-origin', '')))[0], 200);
}));

test('names beyond the limit are refused without a line in the log', async () => {
  const lines: string[] = [];
  const http = createServer();
  new FrontDoor(http, { settings: withDefaults(), log: new Log('warn', (line) => lines.push(line)), access: { identify: async () => undefined }, maxLogged: 2 });
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const { port } = http.address() as AddressInfo;
  for (const host of ['one.example', 'two.example', 'two.example', 'three.example']) assert.equal(await ask({ port }, '/', { host }), REFUSED);
  assert.equal(lines.map((line) => (JSON.parse(line) as { host: string }).host), ['one.example', 'two.example']);
  http.closeAllConnections();
  http.close();
});

test.run();
