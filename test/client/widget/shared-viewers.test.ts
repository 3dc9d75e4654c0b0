/** One connection per stream of a page, none while no widget is active: with real sockets and a virtual clock. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import '../../../client/sdk/node.js';
import { SharedViewers, type Subscription } from '../../../client/widget/shared-viewers.js';
import type { ConnectionProblem } from '../../../client/widget/connection-problem.js';
import type { Prediction } from '../../../server/protocol/messages.js';
import { SdkClock } from '../../support/sdk-clock.js';
import { withTimeout, StubServer } from '../sdk/stub-server.js';

interface Context {
  server: StubServer;
  clock: SdkClock;
  viewers: SharedViewers;
  problem: ConnectionProblem;
  checked: string[];
}

const ROCK: Prediction = { type: 'prediction', seq: 1, atMs: 350, state: 'music', genre: 'rock', p: 0.8, top: [['rock', 0.8]], music: 1, level: -20, peak: -9, lagMs: 3, droppedMs: 0 };

const test = suite<Context>('shared viewers');

test.before.each(async (context) => {
  context.server = await StubServer.open();
  context.clock = new SdkClock();
  context.problem = 'offline';
  context.checked = [];
  context.viewers = new SharedViewers({
    clock: context.clock,
    random: () => 1,
    findConnectionProblem: async (address) => {
      context.checked.push(address);
      return context.problem;
    },
  });
});

test.after.each(({ server }) => server.close());

/** A subscription, with a way to wait until its status satisfies a condition. */
function subscribe({ viewers, server }: Context, stream = 'one'): Subscription & { until(holds: () => boolean): Promise<void>; predictions: Prediction[] } {
  let wake = (): void => {};
  const predictions: Prediction[] = [];
  const subscription = viewers.subscribe(`${server.url}/`, stream, (prediction) => {
    if (prediction) predictions.push(prediction);
    wake();
  });
  return {
    ...subscription,
    predictions,
    async until(holds) {
      while (!holds()) await withTimeout(new Promise<void>((resolve) => { wake = resolve; }));
    },
  };
}

test('widgets of one stream share a connection, and all receive its predictions', async (context) => {
  const [one, other] = [subscribe(context), subscribe(context)];
  one.resume();
  other.resume();
  const peer = await context.server.nextPeer();
  assert.is(peer.path, '/v1/streams/one/watch');
  peer.ready();
  peer.send(ROCK);
  await other.until(() => other.predictions.length === 1);
  assert.is(one.predictions.length, 1);
  assert.is(one.status, other.status);
  one.pause();
  assert.not(peer.isClosed);
  other.pause();
  await peer.until(() => peer.isClosed);
  assert.equal(context.clock.waits, []);
});

test('the status stays while no widget is active, and the next active one reconnects', async (context) => {
  const subscription = subscribe(context);
  subscription.resume();
  const first = await context.server.nextPeer();
  first.ready({ name: 'Radio One' });
  first.send(ROCK);
  await subscription.until(() => subscription.predictions.length === 1);
  subscription.pause();
  await first.until(() => first.isClosed);
  assert.equal([subscription.status.connection, subscription.status.name, subscription.status.lastGenre?.genre], ['closed', 'Radio One', 'rock']);
  subscription.resume();
  (await context.server.nextPeer()).ready();
  await subscription.until(() => subscription.status.connection === 'open');
  assert.is(subscription.status.prediction, undefined, 'the old prediction is cleared');
  subscription.end();
});

test('without an active subscriber nothing is connected; the last one closes the connection', async (context) => {
  const subscription = subscribe(context);
  assert.is(subscription.status.connection, 'closed');
  subscription.resume();
  const peer = await context.server.nextPeer();
  subscription.end();
  await peer.until(() => peer.isClosed);
  assert.equal(context.clock.waits, []);
});

test('a lost connection is diagnosed and retried with a growing wait, 30 s at most', async (context) => {
  const subscription = subscribe(context);
  subscription.resume();
  (await context.server.nextPeer()).socket.terminate();
  await subscription.until(() => subscription.status.problem === 'offline');
  assert.equal(context.checked, [`${context.server.url}/v1/streams/one`]);
  const waits: number[] = [];
  for (let i = 0; i < 7; i++) {
    const [waitMs] = context.clock.waits;
    waits.push(waitMs!);
    context.clock.advance(waitMs!);
    (await context.server.nextPeer()).socket.terminate();
    await subscription.until(() => context.checked.length === i + 2);
  }
  assert.equal(waits, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  context.clock.advance(30_000);
  (await context.server.nextPeer()).ready();
  await subscription.until(() => subscription.status.connection === 'open');
  assert.is(subscription.status.problem, undefined);
  subscription.end();
});

test('retryNow reconnects without waiting for the backoff', async (context) => {
  const subscription = subscribe(context);
  subscription.resume();
  (await context.server.nextPeer()).socket.terminate();
  await subscription.until(() => subscription.status.problem === 'offline');
  subscription.retryNow();
  (await context.server.nextPeer()).ready();
  await subscription.until(() => subscription.status.connection === 'open');
  subscription.end();
});

test('a server is busy after three failures in a row, not after one', async (context) => {
  context.problem = 'busy';
  const subscription = subscribe(context);
  subscription.resume();
  for (let i = 1; i <= 3; i++) {
    (await context.server.nextPeer()).socket.terminate();
    await subscription.until(() => context.checked.length === i && context.clock.waits.length === 1);
    await subscription.until(() => (subscription.status.problem === 'busy') === (i === 3));
    if (i < 3) context.clock.advance(context.clock.waits[0]!);
  }
  subscription.end();
});

test('a stream that ended is retried after 30 s', async (context) => {
  const subscription = subscribe(context);
  subscription.resume();
  const peer = await context.server.nextPeer();
  peer.ready();
  peer.send({ type: 'summary', durationMs: 5000, genre: 'rock', p: 0.8, segments: [] });
  peer.socket.close(1000);
  await subscription.until(() => subscription.status.connection === 'closed');
  assert.is(subscription.status.summary?.genre, 'rock');
  assert.equal(context.clock.waits, [30_000]);
  context.clock.advance(30_000);
  (await context.server.nextPeer()).ready();
  await subscription.until(() => subscription.status.connection === 'open' && subscription.status.summary === undefined);
  subscription.end();
});

test('a stalled station is not a lost connection, and its old prediction is cleared', async (context) => {
  const subscription = subscribe(context);
  subscription.resume();
  const peer = await context.server.nextPeer();
  peer.ready();
  peer.send(ROCK);
  peer.send({ type: 'station', state: 'stalled', since: '2026-11-21T12:00:00Z', nowPlaying: null, reason: 'No bytes for 10 s.' });
  await subscription.until(() => subscription.status.station?.state === 'stalled');
  assert.equal([subscription.status.connection, subscription.status.prediction, subscription.status.lastGenre?.genre], ['open', undefined, 'rock']);
  subscription.end();
});

test.run();
