/** `GenreViewer` against a real WebSocket server; only the clock is virtual. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeColumns, GenreViewer, type Columns, type GenreError, type GenreViewerOptions } from '../../../client/sdk/node.js';
import { SdkClock } from '../../support/sdk-clock.js';
import { withTimeout, StubServer } from './stub-server.js';

interface Context { server: StubServer; clock: SdkClock; viewers: GenreViewer[] }

const test = suite<Context>('GenreViewer');

test.before.each(async (context) => {
  context.server = await StubServer.open();
  context.clock = new SdkClock();
  context.viewers = [];
});
test.after.each(async ({ server, viewers }) => {
  for (const viewer of viewers) viewer.close();
  await server.close();
});

function watch({ server, clock, viewers }: Context, options: Partial<GenreViewerOptions> = {}): GenreViewer {
  const viewer = new GenreViewer({ url: server.url, stream: 's1', clock, random: () => 1, ...options });
  viewers.push(viewer);
  return viewer;
}

function next<Type extends 'error' | 'ready' | 'columns' | 'state'>(viewer: GenreViewer, type: Type): Promise<unknown> {
  return withTimeout(new Promise((resolve) => {
    const off = viewer.on(type, (event) => { off(); resolve(event); });
  }));
}

test('watches by id, and requests columns if the option is set', async (context) => {
  const viewer = watch(context, { stream: 'a b', spectrogram: true, url: `${context.server.url}/below/` });
  const received = next(viewer, 'columns');
  viewer.open();
  const peer = await context.server.nextPeer();
  assert.is(peer.path, '/below/v1/streams/a%20b/watch?spectrogram=1');
  peer.ready();
  peer.send({ type: 'columns', seq: 1, atMs: 348, levels: Buffer.of(0, 160, 255).toString('base64'), peaks: Buffer.of(129, 127).toString('base64') });
  const { levels, peaks } = decodeColumns(await received as Columns);
  assert.equal([...levels], [0, 160, 255]);
  assert.equal([...peaks], [-127, 127]);
});

test('finds the stream again before each attempt, also after "not-found"', async (context) => {
  let calls = 0;
  const viewer = watch(context, { stream: () => Promise.resolve(`s${++calls}`) });
  viewer.open();
  const peer = await context.server.nextPeer();
  assert.match(peer.path, /\/s1\/watch$/);
  const lost = next(viewer, 'error');
  peer.send({ type: 'error', code: 'not-found', message: 'No such stream.' });
  peer.socket.close(1008);
  await lost;
  assert.is(viewer.state, 'reconnecting');
  context.clock.advance(500);
  assert.match((await context.server.nextPeer()).path, /\/s2\/watch$/);
});

test('a finder that fails is called again, and its error message is reported', async (context) => {
  let calls = 0;
  const viewer = watch(context, { stream: () => ++calls === 1 ? Promise.reject(new Error('no list')) : Promise.resolve('s7') });
  const lost = next(viewer, 'error');
  viewer.open();
  assert.match((await lost as GenreError).message, /no list/);
  context.clock.advance(500);
  assert.match((await context.server.nextPeer()).path, /\/s7\/watch$/);
});

test('a stream given by id that does not exist is final', async (context) => {
  const viewer = watch(context);
  const ended = next(viewer, 'error');
  viewer.open();
  const peer = await context.server.nextPeer();
  peer.send({ type: 'error', code: 'not-found', message: 'No such stream.' });
  peer.socket.close(1008);
  assert.is((await ended as GenreError).code, 'not-found');
  assert.is(viewer.state, 'closed');
});

test('a stream that was watched is looked for for a minute: its sender may go on after a restart of the server', async (context) => {
  const viewer = watch(context);
  viewer.open();
  const first = await context.server.nextPeer();
  first.ready();
  await next(viewer, 'ready');
  const lost = next(viewer, 'error');
  first.socket.terminate();
  await lost;
  const refuse = async (waitMs: number): Promise<void> => {
    context.clock.advance(waitMs);
    const peer = await context.server.nextPeer();
    const refused = next(viewer, 'error');
    peer.send({ type: 'error', code: 'not-found', message: 'No such stream.' });
    peer.socket.close(1008);
    await refused;
  };
  await refuse(500);
  assert.is(viewer.state, 'reconnecting');
  context.clock.advance(1000);
  const again = await context.server.nextPeer();
  again.ready();
  await next(viewer, 'ready');
  const lostAgain = next(viewer, 'error');
  again.socket.terminate();
  await lostAgain;
  await refuse(60_000);
  assert.is(viewer.state, 'closed');
});

test('closes when the stream ends, and reconnects when the server shuts down', async (context) => {
  const viewer = watch(context);
  viewer.open();
  const peer = await context.server.nextPeer();
  peer.ready();
  await next(viewer, 'ready');
  const lost = next(viewer, 'error');
  const summary = { type: 'summary', durationMs: 1, genre: null, p: 0, segments: [] } as const;
  peer.send({ ...summary, segments: [] });
  peer.socket.close(1001);
  await lost;
  assert.is(viewer.state, 'reconnecting');
  context.clock.advance(500);
  const second = await context.server.nextPeer();
  second.ready();
  await next(viewer, 'ready');
  const closed = next(viewer, 'state');
  second.send({ ...summary, segments: [] });
  second.socket.close(1000);
  assert.is(await closed, 'closed');
  assert.equal(context.clock.waits, []);
});

test('a finder that fails while the server restarts does not end the viewer', async (context) => {
  let calls = 0;
  const viewer = watch(context, { stream: () => ++calls === 2 ? Promise.reject(new Error('refused')) : Promise.resolve('demo') });
  viewer.open();
  const peer = await context.server.nextPeer();
  peer.ready();
  await next(viewer, 'ready');
  const lost = next(viewer, 'error');
  peer.send({ type: 'summary', durationMs: 1, genre: null, p: 0, segments: [] });
  peer.socket.close(1001);
  await lost;
  const failed = next(viewer, 'error');
  context.clock.advance(500);
  await failed;
  assert.is(viewer.state, 'reconnecting');
  context.clock.advance(1000);
  await context.server.nextPeer();
});

test('a connection without messages counts as lost', async (context) => {
  const viewer = watch(context, { quietMs: 5000 });
  viewer.open();
  const peer = await context.server.nextPeer();
  peer.ready();
  await next(viewer, 'ready');
  context.clock.advance(4999);
  assert.is(viewer.state, 'open');
  context.clock.advance(1);
  assert.is(viewer.state, 'reconnecting');
  context.clock.advance(500);
  await context.server.nextPeer();
});

test('emits the status of a station', async (context) => {
  const viewer = watch(context);
  const received = withTimeout(new Promise((resolve) => { viewer.on('station', resolve); }));
  viewer.open();
  const peer = await context.server.nextPeer();
  const station = { type: 'station', state: 'silent', since: '2026-11-21T12:00:00Z', nowPlaying: 'A – B', reason: null } as const;
  peer.ready();
  peer.send(station);
  assert.equal(await received, station);
});

test('a page that is not allowed to connect gets the reason, and retries', async (context) => {
  class Forbidden {
    constructor() { throw new DOMException('An insecure WebSocket may not be initiated.', 'SecurityError'); }
  }
  const viewer = watch(context, { WebSocket: Forbidden as unknown as NonNullable<GenreViewerOptions['WebSocket']>, connectAttempts: 2 });
  const failed = next(viewer, 'error');
  viewer.open();
  assert.match((await failed as GenreError).message, /may not connect to ws:.*insecure WebSocket/);
  assert.is(viewer.state, 'reconnecting');
  const ended = next(viewer, 'error');
  context.clock.advance(500);
  await ended;
  assert.is(viewer.state, 'closed');
});

test.run();
