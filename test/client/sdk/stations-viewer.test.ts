/** `StationsViewer` against a real WebSocket server; only the clock is virtual. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StationsViewer, type StationsMessage } from '../../../client/sdk/node.js';
import { SdkClock } from '../../support/sdk-clock.js';
import { withTimeout, StubServer } from './stub-server.js';

interface Context { server: StubServer; clock: SdkClock; viewer: StationsViewer }

const MESSAGE: StationsMessage = { type: 'stations', at: '2026-11-21T12:00:00.000Z', stations: [] };

const test = suite<Context>('StationsViewer');

test.before.each(async (context) => {
  context.server = await StubServer.open();
  context.clock = new SdkClock();
  context.viewer = new StationsViewer({ url: `${context.server.url}/below/`, clock: context.clock, random: () => 1, connectAttempts: Infinity });
});
test.after.each(async ({ server, viewer }) => {
  viewer.close();
  await server.close();
});

function next<Type extends 'stations' | 'error'>(viewer: StationsViewer, type: Type): Promise<unknown> {
  return withTimeout(new Promise((resolve) => {
    const off = viewer.on(type, (event) => { off(); resolve(event); });
  }));
}

test('emits the list of stations, and is open from the first one on', async ({ server, viewer }) => {
  const received = next(viewer, 'stations');
  viewer.open();
  const peer = await server.nextPeer();
  assert.is(peer.path, '/below/v1/stations/watch');
  assert.is(viewer.state, 'connecting');
  peer.send(MESSAGE);
  assert.equal(await received, MESSAGE);
  assert.is(viewer.state, 'open');
});

test('a server that stops sending is lost, and reconnected to', async ({ server, viewer, clock }) => {
  const received = next(viewer, 'stations');
  viewer.open();
  const peer = await server.nextPeer();
  peer.send(MESSAGE);
  await received;
  clock.advance(4999);
  assert.is(viewer.state, 'open');
  const lost = next(viewer, 'error');
  clock.advance(1);
  await lost;
  assert.is(viewer.state, 'reconnecting');
  clock.advance(500);
  const again = next(viewer, 'stations');
  (await server.nextPeer()).send(MESSAGE);
  await again;
  assert.is(viewer.state, 'open');
});

test('closed, it stays closed', async ({ server, viewer, clock }) => {
  viewer.open();
  const peer = await server.nextPeer();
  viewer.close();
  await peer.until(() => peer.isClosed);
  clock.advance(60_000);
  assert.is(viewer.state, 'closed');
  assert.equal(clock.waits, []);
});

test.run();
