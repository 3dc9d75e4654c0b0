/** One connection for each stream of a page, and none while nobody looks: with real sockets and a clock of the test's own. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import '../../../client/sdk/node.js';
import { Watches, type Seat } from '../../../client/widget/watches.js';
import type { Trouble } from '../../../client/widget/trouble.js';
import type { Prediction } from '../../../server/protocol/messages.js';
import { ManualClock } from '../sdk/manual-clock.js';
import { withTimeout, StubServer } from '../sdk/stub-server.js';

interface Context {
  server: StubServer;
  clock: ManualClock;
  watches: Watches;
  trouble: Trouble;
  asked: string[];
}

const ROCK: Prediction = { type: 'prediction', seq: 1, atMs: 350, state: 'music', genre: 'rock', p: 0.8, top: [['rock', 0.8]], music: 1, level: -20, peak: -9, lagMs: 3, droppedMs: 0 };

const test = suite<Context>('watches');

test.before.each(async (context) => {
  context.server = await StubServer.open();
  context.clock = new ManualClock();
  context.trouble = 'offline';
  context.asked = [];
  context.watches = new Watches({
    clock: context.clock,
    random: () => 1,
    findTrouble: async (address) => {
      context.asked.push(address);
      return context.trouble;
    },
  });
});

test.after.each(({ server }) => server.close());

/** A seat, and the way to wait for something that is known there. */
function sit({ watches, server }: Context, stream = 'one'): Seat & { until(holds: () => boolean): Promise<void>; predictions: Prediction[] } {
  let wake = (): void => {};
  const predictions: Prediction[] = [];
  const seat = watches.join(`${server.url}/`, stream, (prediction) => {
    if (prediction) predictions.push(prediction);
    wake();
  });
  return {
    ...seat,
    predictions,
    async until(holds) {
      while (!holds()) await withTimeout(new Promise<void>((resolve) => { wake = resolve; }));
    },
  };
}

test('many widgets of one stream share a connection; all of them hear', async (context) => {
  const [one, other] = [sit(context), sit(context)];
  one.look();
  other.look();
  const peer = await context.server.nextPeer();
  assert.is(peer.path, '/v1/streams/one/watch');
  peer.ready();
  peer.send(ROCK);
  await other.until(() => other.predictions.length === 1);
  assert.is(one.predictions.length, 1);
  assert.is(one.known, other.known);
  one.rest();
  assert.not(peer.isClosed);
  other.rest();
  await peer.until(() => peer.isClosed);
  assert.equal(context.clock.waits, []);
});

test('what is known stays while nobody looks, and the connection comes back with the next look', async (context) => {
  const seat = sit(context);
  seat.look();
  const first = await context.server.nextPeer();
  first.ready({ name: 'Radio One' });
  first.send(ROCK);
  await seat.until(() => seat.predictions.length === 1);
  seat.rest();
  await first.until(() => first.isClosed);
  assert.equal([seat.known.link, seat.known.name, seat.known.last?.genre], ['closed', 'Radio One', 'rock']);
  seat.look();
  (await context.server.nextPeer()).ready();
  await seat.until(() => seat.known.link === 'open');
  assert.is(seat.known.prediction, undefined, 'the genre of before is not the genre of now');
  seat.leave();
});

test('nobody looks: nothing is connected; the last who leaves closes', async (context) => {
  const seat = sit(context);
  assert.is(seat.known.link, 'closed');
  seat.look();
  const peer = await context.server.nextPeer();
  seat.leave();
  await peer.until(() => peer.isClosed);
  assert.equal(context.clock.waits, []);
});

test('a lost connection is found out about and tried again, later and later, half a minute at most', async (context) => {
  const seat = sit(context);
  seat.look();
  (await context.server.nextPeer()).socket.terminate();
  await seat.until(() => seat.known.trouble === 'offline');
  assert.equal(context.asked, [`${context.server.url}/v1/streams/one`]);
  const waits: number[] = [];
  for (let i = 0; i < 7; i++) {
    const [waitMs] = context.clock.waits;
    waits.push(waitMs!);
    context.clock.advance(waitMs!);
    (await context.server.nextPeer()).socket.terminate();
    await seat.until(() => context.asked.length === i + 2);
  }
  assert.equal(waits, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  context.clock.advance(30_000);
  (await context.server.nextPeer()).ready();
  await seat.until(() => seat.known.link === 'open');
  assert.is(seat.known.trouble, undefined);
  seat.leave();
});

test('whoever comes back online does not wait for the next attempt', async (context) => {
  const seat = sit(context);
  seat.look();
  (await context.server.nextPeer()).socket.terminate();
  await seat.until(() => seat.known.trouble === 'offline');
  seat.hurry();
  (await context.server.nextPeer()).ready();
  await seat.until(() => seat.known.link === 'open');
  seat.leave();
});

test('one lost connection does not make a server busy, three refused in a row do', async (context) => {
  context.trouble = 'busy';
  const seat = sit(context);
  seat.look();
  for (let i = 1; i <= 3; i++) {
    (await context.server.nextPeer()).socket.terminate();
    await seat.until(() => context.asked.length === i && context.clock.waits.length === 1);
    await seat.until(() => (seat.known.trouble === 'busy') === (i === 3));
    if (i < 3) context.clock.advance(context.clock.waits[0]!);
  }
  seat.leave();
});

test('a stream that ended is looked at again after half a minute', async (context) => {
  const seat = sit(context);
  seat.look();
  const peer = await context.server.nextPeer();
  peer.ready();
  peer.send({ type: 'summary', durationMs: 5000, genre: 'rock', p: 0.8, segments: [] });
  peer.socket.close(1000);
  await seat.until(() => seat.known.link === 'closed');
  assert.is(seat.known.summary?.genre, 'rock');
  assert.equal(context.clock.waits, [30_000]);
  context.clock.advance(30_000);
  (await context.server.nextPeer()).ready();
  await seat.until(() => seat.known.link === 'open' && seat.known.summary === undefined);
  seat.leave();
});

test('a station that stalls is no lost connection, and what it played is not what plays now', async (context) => {
  const seat = sit(context);
  seat.look();
  const peer = await context.server.nextPeer();
  peer.ready();
  peer.send(ROCK);
  peer.send({ type: 'station', state: 'stalled', since: '2026-11-21T12:00:00Z', nowPlaying: null, reason: 'No bytes for 10 s.' });
  await seat.until(() => seat.known.station?.state === 'stalled');
  assert.equal([seat.known.link, seat.known.prediction, seat.known.last?.genre], ['open', undefined, 'rock']);
  seat.leave();
});

test.run();
