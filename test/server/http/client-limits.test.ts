import { once } from 'node:events';
import { WebSocket } from 'ws';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { clientKey, ClientLimits } from '../../../server/http/client-limits.js';
import { refusedUpgrade, withServer } from '../rig.js';
import { until } from '../../support/until.js';

test('a client is an address of IPv4 or a network of a customer of IPv6; the operator\'s own are not counted', () => {
  assert.is(clientKey('9.9.9.9'), '9.9.9.9');
  assert.is(clientKey('2606:4700:1:2:3:4:5:6'), '2606:4700:1:2::/64');
  assert.is(clientKey('2606:4700:1:2::9'), clientKey('2606:4700:1:2:ffff::1'));
  for (const own of ['127.0.0.1', '::1', '192.168.1.7', '10.0.0.1', 'fd00::1', '']) assert.is(clientKey(own), undefined, own);
});

test('no more clients are remembered than the map may have', async () => {
  const limits = new ClientLimits({ maxRequestsPerMinute: 1, maxStreamsPerClient: 1 }, 3);
  for (let index = 0; index < 50; index++) assert.is(await limits.request(`9.9.9.${index}`), undefined);
  assert.is(limits.size, 3);
  assert.type(await limits.request('9.9.9.49'), 'number', 'the newest are still counted');
  assert.is(await limits.request('9.9.9.0'), undefined, 'the oldest was forgotten');
});

test('too many requests or streams of one client get 429, others go on', () => withServer({ trustProxy: ['127.0.0.1'], maxRequestsPerMinute: 4, maxStreamsPerClient: 1 }, async (server) => {
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
  const ws = new WebSocket(`ws://127.0.0.1:${server.port}/v1/stream`, from('9.9.9.9'));
  await once(ws, 'open');
  const second = await refusedUpgrade(server, '/v1/stream', from('9.9.9.9'));
  assert.equal([second.status, second.body.code], [429, 'too-many-requests']);
  const other = new WebSocket(`ws://127.0.0.1:${server.port}/v1/stream`, from('9.9.9.8'));
  await once(other, 'open');
  other.terminate();
  ws.terminate();
  await until(() => server.senders.size === 0);
  const again = new WebSocket(`ws://127.0.0.1:${server.port}/v1/stream`, from('9.9.9.9'));
  await once(again, 'open');
  again.terminate();
  assert.is((await fetch(`${server.url}/healthz`, from('9.9.9.9'))).status, 200);
  const refused = await fetch(`${server.url}/healthz`, from('9.9.9.9'));
  assert.is(refused.status, 429);
  const waitS = Number(refused.headers.get('retry-after'));
  assert.ok(waitS >= 1 && waitS <= 60);
  assert.is((await refusedUpgrade(server, '/v1/stations/watch', from('9.9.9.9'))).status, 429);
  assert.is((await fetch(`${server.url}/healthz`)).status, 200);
}));

test.run();
