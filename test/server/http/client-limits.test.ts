import { once } from 'node:events';
import { WebSocket } from 'ws';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { clientKey, ClientLimits } from '../../../server/http/client-limits.js';
import { connect, refusedUpgrade, START, withServer } from '../rig.js';
import { tone } from '../sound.js';
import { until } from '../../support/until.js';

const LIMITS = { maxRequestsPerMinute: 100, maxStreamsPerClient: 1, maxViewersPerClient: 2, maxBytesPerMinute: 600, maxSoundPerSecond: 2 };

test('a client is an address of IPv4 or a network of a customer of IPv6; the operator\'s own are not counted', () => {
  assert.is(clientKey('9.9.9.9'), '9.9.9.9');
  assert.is(clientKey('2606:4700:1:2:3:4:5:6'), '2606:4700:1:2::/64');
  assert.is(clientKey('2606:4700:1:2::9'), clientKey('2606:4700:1:2:ffff::1'));
  for (const own of ['127.0.0.1', '::1', '192.168.1.7', '10.0.0.1', 'fd00::1', '']) assert.is(clientKey(own), undefined, own);
});

test('no more clients are remembered than the map may have', async () => {
  const limits = new ClientLimits({ ...LIMITS, maxRequestsPerMinute: 1 }, 3);
  for (let index = 0; index < 50; index++) assert.is(await limits.request(`9.9.9.${index}`), undefined);
  assert.is(limits.size, 3);
  assert.type(await limits.request('9.9.9.49'), 'number', 'the newest are still counted');
  assert.is(await limits.request('9.9.9.0'), undefined, 'the oldest was forgotten');
});

test('a client that owes nothing is forgotten after a while, even while it is connected, and one that owes is not', () => {
  let nowMs = 0;
  const limits = new ClientLimits(LIMITS, 10, () => nowMs);
  const connected = limits.flow('9.9.9.1');
  assert.is(connected.bytes(100), 0);
  assert.is(limits.flow('9.9.9.2').bytes(1500), 60_000);
  nowMs = 61_000;
  limits.flow('9.9.9.3').bytes(0);
  assert.is(limits.size, 2, 'one owes, one is new');
  assert.is(limits.flow('9.9.9.2').bytes(0), 29_000);
  assert.is(connected.bytes(600), 0);
  assert.is(limits.flow('9.9.9.1').bytes(10), 1000, 'its connections still count together');
});

test('what a client sends above its rates must wait, all its connections together', () => {
  let nowMs = 0;
  const limits = new ClientLimits(LIMITS, 10, () => nowMs);
  const flow = limits.flow('9.9.9.9');
  assert.is(flow.bytes(600), 0, 'a minute of it at once');
  assert.is(flow.bytes(10), 1000, '10 bytes a second');
  assert.is(limits.flow('9.9.9.9').bytes(5), 1500);
  assert.is(limits.flow('9.9.9.8').bytes(600), 0, 'others may as before');
  nowMs = 1500;
  assert.is(flow.bytes(0), 0);
  assert.is(flow.bytes(10), 1000);
  nowMs = 1e9;
  assert.is(flow.bytes(600), 0);
  assert.is(flow.bytes(1), 100, 'what was not used is not saved up');
  assert.is(flow.sound(20_000), 0, 'ten seconds of it at once');
  assert.is(flow.sound(500), 250, 'two seconds a second');
  assert.is(flow.sound(1e9), 60_000, 'a minute at most');
});

test('streams and viewers are counted apart', () => {
  const limits = new ClientLimits(LIMITS);
  const leave = limits.open('stream', 'a')!;
  assert.is(limits.open('stream', 'a'), undefined);
  for (let index = 0; index < 2; index++) assert.ok(limits.open('viewer', 'a'));
  assert.is(limits.open('viewer', 'a'), undefined);
  leave();
  leave();
  assert.ok(limits.open('stream', 'a'));
  assert.is(limits.open('stream', 'a'), undefined);
});

test('sound above a rate stays in its socket', () => withServer({ trustProxy: ['127.0.0.1'], maxBytesPerMinute: 1 }, async (server) => {
  const from = { headers: { 'x-forwarded-for': '9.9.9.9' } };
  const client = await connect(server, '/v1/stream', from);
  client.tell(START);
  const { resumeToken } = await client.ready();
  const sound = tone(300, 1000);
  client.play(sound);
  await client.prediction();
  client.play(sound);
  const next = await connect(server, '/v1/stream', from);
  next.tell({ ...START, resume: resumeToken });
  assert.is((await next.ready()).receivedBytes, sound.byteLength);
  next.ws.terminate();
}));

test('too many requests or streams of one client get 429, others go on', () => withServer({ trustProxy: ['127.0.0.1'], maxRequestsPerMinute: 6, maxStreamsPerClient: 1, maxViewersPerClient: 1 }, async (server) => {
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
  const viewer = new WebSocket(`ws://127.0.0.1:${server.port}/v1/stations/watch`, from('9.9.9.9'));
  await once(viewer, 'open');
  const one = await refusedUpgrade(server, '/v1/streams/ID/watch', from('9.9.9.9'));
  assert.equal([one.status, one.body.detail], [429, 'You have 1 viewers, as many as one client may have. End one first.']);
  viewer.terminate();
  assert.is((await fetch(`${server.url}/healthz`, from('9.9.9.9'))).status, 200);
  const refused = await fetch(`${server.url}/healthz`, from('9.9.9.9'));
  assert.is(refused.status, 429);
  const waitS = Number(refused.headers.get('retry-after'));
  assert.ok(waitS >= 1 && waitS <= 60);
  assert.is((await refusedUpgrade(server, '/v1/stations/watch', from('9.9.9.9'))).status, 429);
  assert.is((await fetch(`${server.url}/healthz`)).status, 200);
}));

test.run();
