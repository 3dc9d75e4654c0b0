/** `StationsViewer` against a real WebSocket server; only the clock is virtual. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StationsViewer, type StationsMessage } from '../../../client/sdk/node.js';
import { ManualClock } from './manual-clock.js';
import { inTime, StubServer } from './stub-server.js';

interface Context { server: StubServer; clock: ManualClock; viewer: StationsViewer }

const MESSAGE: StationsMessage = { type: 'stations', at: '2026-11-21T12:00:00.000Z', stations: [] };

const test = suite<Context>('StationsViewer');

test.before.each(async (context) => {
  context.server = await StubServer.open();
  context.clock = new ManualClock();
  context.viewer = new StationsViewer({ url: `${context.server.url}/below/`, clock: context.clock, random: () => 1, connectAttempts: Infinity });
});
test.after.each(async ({ server, viewer }) => {
  viewer.close();
  await server.close();
});

function next<Type extends 'stations' | 'error'>(viewer: StationsViewer, type: Type): Promise<unknown> {
  return inTime(new Promise((resolve) => {
    const off = viewer.on(type, (event) => { off(); resolve(event); });
  }));
}

test('gives what the server says of its stations, and is open from then on', async ({ server, viewer }) => {
  const came = next(viewer, 'stations');
  viewer.open();
  const guest = await server.guest();
  assert.is(guest.path, '/below/v1/stations/watch');
  assert.is(viewer.state, 'connecting');
  guest.say(MESSAGE);
  assert.equal(await came, MESSAGE);
  assert.is(viewer.state, 'open');
});

test('a server that says nothing any more is lost, and connected to again', async ({ server, viewer, clock }) => {
  const came = next(viewer, 'stations');
  viewer.open();
  const guest = await server.guest();
  guest.say(MESSAGE);
  await came;
  clock.advance(4999);
  assert.is(viewer.state, 'open');
  const lost = next(viewer, 'error');
  clock.advance(1);
  await lost;
  assert.is(viewer.state, 'reconnecting');
  clock.advance(500);
  const again = next(viewer, 'stations');
  (await server.guest()).say(MESSAGE);
  await again;
  assert.is(viewer.state, 'open');
});

test('closed, it stays closed', async ({ server, viewer, clock }) => {
  viewer.open();
  const guest = await server.guest();
  viewer.close();
  await guest.until(() => guest.isClosed);
  clock.advance(60_000);
  assert.is(viewer.state, 'closed');
  assert.equal(clock.waits, []);
});

test.run();
