import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { asyncScheduler, concat, NEVER, Observable, of, scheduled } from 'rxjs';
import type { Source } from '../../server/sources/source.js';
import { connect, killShards, refusedUpgrade, START, startTestServer, stream, withServer } from './rig.js';
import { ManualClock } from '../support/manual-clock.js';
import { until } from '../support/until.js';
import { MONO, noise, tone } from './sound.js';

const station = (bytes$: Observable<Uint8Array>): Source => ({ name: 'Station', format: MONO, bytes$ });

test('closing drains: streams and viewers get the summary and 1001, new ones are refused', async () => {
  const server = await startTestServer();
  const client = await stream(server);
  const viewer = await connect(server, `/v1/streams/${client.id}/watch`);
  const silent = await connect(server);
  client.play(tone(200, 3000));
  await client.prediction();
  const closed = server.close();
  assert.is((await client.summary()).durationMs, 3000);
  assert.equal(await Promise.all([client, viewer, silent].map((each) => each.closed())), [1001, 1001, 1001]);
  assert.is(viewer.messages.at(-1)!.type, 'summary');
  assert.is(silent.error!.code, 'going-away');
  await closed;
  await server.close();
});

test('while draining new streams are rejected; a stream without a summary in time is closed', async () => {
  const server = await startTestServer({ drainTimeoutMs: 500, restartDelayMs: 60_000 });
  const client = await stream(server);
  // Nothing is scored until its shard comes back, which is too late.
  killShards();
  await client.heard(({ type }) => type === 'restarted');
  const closed = server.close();
  const { status, body } = await refusedUpgrade(server, '/v1/stream');
  assert.equal([status, body.code], [503, 'going-away']);
  assert.is((await fetch(`${server.url}/readyz`)).status, 503);
  assert.is((await fetch(`${server.url}/healthz`)).status, 200);
  await closed;
  assert.is(await client.closed(), 1001);
  assert.not(client.messages.some(({ type }) => type === 'summary'));
});

test('a peer that does not answer the close is disconnected', async () => {
  const server = await startTestServer({ closeTimeoutMs: 50 });
  const client = await stream(server);
  client.ws.pause();
  await server.close();
  client.ws.resume();
  await client.closed();
});

test('after a shard dies the client is notified and continues', () => withServer({ restartDelayMs: 1 }, async (server) => {
  const client = await stream(server);
  client.play(noise(10_000));
  await client.prediction();
  killShards();
  await client.heard(({ type }) => type === 'restarted');
  client.play(noise(10_000));
  assert.is((await client.prediction(({ seq }) => seq === 2)).state, 'warming');
}));

test('while nothing is scored, reading pauses', () => withServer({ maxBufferedBytes: 20_000, restartDelayMs: 3_600_000, drainTimeoutMs: 0 }, async (server) => {
  const client = await stream(server);
  killShards();
  await client.heard(({ type }) => type === 'restarted');
  const received = (): number => JSON.parse(server.streams.get(client.id)!.ready('sender').json).receivedBytes as number;
  for (let piece = 0; piece < 250; piece++) client.play(new Uint8Array(16_000));
  await until(() => received() > 20_000);
  const since = performance.now();
  await until(() => performance.now() - since > 300);
  // Messages of the same socket read are still accepted.
  assert.ok(received() < 20_000 + 2 * 65_536, `${received()} of 4,000,000`);
}));

test('when all shards are given up, streams fail and the server is not ready', () => withServer({ restartLimit: 0 }, async (server) => {
  const client = await stream(server);
  killShards();
  assert.is(await client.closed(), 1011);
  assert.is(client.error!.code, 'internal');
  assert.is((await fetch(`${server.url}/readyz`)).status, 503);
  const late = await connect(server);
  late.tell(START);
  assert.is(await late.closed(), 1011);
  assert.is(late.error!.code, 'internal', 'it is not that the server is full');
}));

test('the demo station is a normal stream and can be watched with columns', async () => {
  const bytes$ = concat(scheduled([tone(200, 1500), tone(200, 1500)], asyncScheduler), NEVER);
  await withServer({ demo: true }, async (server) => {
    const viewer = await connect(server, '/v1/streams/demo/watch?spectrogram=1');
    await viewer.ready();
    await until(() => server.streams.get('demo')!.info().genre === 'low');
    const { source, name, connected } = server.streams.get('demo')!.info();
    assert.equal({ source, name, connected }, { source: 'demo', name: 'Station', connected: true });
    await viewer.heard(({ type }) => type === 'columns');
  }, { demo: station(bytes$) });
});

test('a demo station that ends or fails is restarted', async () => {
  let plays = 0;
  const bytes$ = new Observable<Uint8Array>((subscriber) => {
    plays++;
    if (plays === 1) subscriber.error(new Error('no tape'));
    else of(noise(9000)).subscribe(subscriber);
  });
  const clock = new ManualClock();
  await withServer({ demo: true }, async () => {
    await until(() => {
      clock.advance(1000);
      return plays === 3;
    });
  }, { demo: station(bytes$), scheduler: clock });
});

test('the demo does not count against maxStreams', () => withServer({ demo: true, maxStreams: 1 }, async (server) => {
  await stream(server);
  assert.is(server.streams.list().length, 2);
}, { demo: station(NEVER) }));

test('a busy port fails the start and leaves nothing running', () => withServer({}, async ({ port }) => {
  try {
    await startTestServer({ port });
    assert.unreachable();
  } catch (error) {
    assert.is((error as NodeJS.ErrnoException).code, 'EADDRINUSE');
  }
}));

test.run();
