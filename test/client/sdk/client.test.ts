/** `GenreClient` against a real WebSocket server; only the clock is virtual. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GenreClient, type Continued, type GenreClientOptions, type GenreError, type Summary } from '../../../client/sdk/node.js';
import { SdkClock } from '../../support/sdk-clock.js';
import { withTimeout, StubServer, type Peer } from './stub-server.js';

interface Context { server: StubServer; clock: SdkClock; clients: GenreClient[] }

const test = suite<Context>('GenreClient');

test.before.each(async (context) => {
  context.server = await StubServer.open();
  context.clock = new SdkClock();
  context.clients = [];
});
test.after.each(async ({ server, clients }) => {
  for (const client of clients) client.close();
  await server.close();
});

function newClient(context: Context, options: Partial<GenreClientOptions> = {}): GenreClient {
  const client = new GenreClient({
    url: context.server.url, encoding: 's16le', sampleRate: 8000, channels: 1, messageMs: 0,
    clock: context.clock, random: () => 1, ...options,
  });
  context.clients.push(client);
  return client;
}

async function connected(context: Context, options: Partial<GenreClientOptions> = {}): Promise<{ client: GenreClient; peer: Peer }> {
  const client = newClient(context, options);
  const connecting = client.connect();
  const peer = await context.server.nextPeer();
  await peer.start();
  peer.ready();
  await connecting;
  return { client, peer };
}

function next<Type extends 'continued' | 'error' | 'ready' | 'prediction' | 'summary' | 'state'>(client: GenreClient, type: Type): Promise<unknown> {
  return withTimeout(new Promise((resolve) => {
    const off = client.on(type, (event) => { off(); resolve(event); });
  }));
}

const bytes = (from: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (from + i) % 251);
const prediction = (atMs: number) => ({
  type: 'prediction', seq: 1, atMs, state: 'music', genre: 'a', p: 0.9, top: [['a', 0.9]], music: 1, level: -20, peak: -10, lagMs: 5, droppedMs: 0,
} as const);
const summary = { type: 'summary', durationMs: 1000, genre: 'a', p: 0.9, segments: [] } satisfies Summary;

test('sends start with its options, and audio once the server is ready', async (context) => {
  const client = newClient(context, { name: 'kitchen', topK: 3, tags: 5, spectrogram: true });
  const states: string[] = [];
  client.on('state', (state) => states.push(state));
  const connecting = client.connect();
  client.send(bytes(0, 100));
  const peer = await context.server.nextPeer();
  assert.is(peer.path, '/v1/stream');
  assert.is(peer.socket.protocol, 'livegenre.v1');
  assert.equal(await peer.start(), { type: 'start', version: 1, encoding: 's16le', sampleRate: 8000, channels: 1, name: 'kitchen', topK: 3, tags: 5, spectrogram: true });
  assert.is(peer.audio.length, 0);
  peer.ready();
  assert.is((await connecting).streamId, 's1');
  await peer.until(() => peer.audio.length === 100);
  assert.equal([...peer.audio], [...bytes(0, 100)]);
  assert.equal(states, ['connecting', 'open']);
});

test('emits predictions as events, and stop() resolves with the summary', async (context) => {
  const { client, peer } = await connected(context);
  const predicted = next(client, 'prediction');
  peer.send(prediction(348));
  assert.is((await predicted as { genre: string }).genre, 'a');
  const stopping = client.stop();
  await peer.until(() => peer.texts.length === 2);
  assert.equal(peer.texts[1], { type: 'stop' });
  peer.send(summary);
  assert.equal(await withTimeout(stopping), summary);
  assert.is(client.state, 'closed');
  await peer.until(() => peer.isClosed);
});

test('converts samples to the encoding of the stream', async (context) => {
  const { client, peer } = await connected(context);
  client.send(Float32Array.of(0, 1, -1, 2, 0.5));
  client.send(Int16Array.of(1, -2));
  await peer.until(() => peer.audio.length === 14);
  assert.equal([...new Int16Array(new Uint8Array(peer.audio).buffer)], [0, 32767, -32767, 32767, 16384, 1, -2]);
});

test('after a lost connection it sends again from where the server stopped receiving', async (context) => {
  const { client, peer } = await connected(context);
  client.send(bytes(0, 1000));
  await peer.until(() => peer.audio.length === 1000);
  const lost = next(client, 'error');
  peer.socket.terminate();
  assert.is((await lost as GenreError).code, 'unreachable');
  assert.is(client.state, 'reconnecting');
  client.send(bytes(1000, 500));
  assert.equal(context.clock.waits, [500]);
  context.clock.advance(500);
  const second = await context.server.nextPeer();
  assert.is((await second.start()).resume, 'token');
  second.ready({ receivedBytes: 604 });
  await second.until(() => second.audio.length === 896);
  assert.equal([...second.audio], [...bytes(604, 896)]);
  assert.is(client.droppedBytes, 0);
});

test('another node is asked to go on 4 s before the newest sound, which it gets again; a file is not', async (context) => {
  const { client, peer } = await connected(context);
  for (let second = 0; second < 10; second++) client.send(bytes(0, 16_000));
  await peer.until(() => peer.audio.length === 160_000);
  const predicted = next(client, 'prediction');
  peer.send(prediction(5000));
  await predicted;
  const lost = next(client, 'error');
  peer.socket.terminate();
  await lost;
  client.send(bytes(0, 16_000));
  context.clock.advance(500);
  const second = await context.server.nextPeer();
  assert.equal((await second.start()).resumeFrom, { bytes: 112_000, ms: 7000 });
  second.ready({ receivedBytes: 112_000 });
  await second.until(() => second.audio.length === 64_000);
  assert.is(client.droppedMs, 2000, 'what was sent before and not scored');

  const file = await connected(context, { live: false });
  file.client.send(bytes(0, 100));
  const gone = next(file.client, 'error');
  file.peer.socket.terminate();
  await gone;
  context.clock.advance(500);
  assert.is((await (await context.server.nextPeer()).start()).resumeFrom, undefined);
});

test('a connection that ends with its token is made again with the next one', async (context) => {
  let asked = 0;
  const { client, peer } = await connected(context, { token: () => `token-${++asked}` });
  client.send(bytes(0, 100));
  await peer.until(() => peer.audio.length === 100);
  const lost = next(client, 'error');
  peer.send({ type: 'error', code: 'token-ended', message: 'The token ended.' });
  peer.socket.close(4002, 'token-ended');
  assert.is((await lost as GenreError).code, 'token-ended');
  context.clock.advance(500);
  const second = await context.server.nextPeer();
  assert.is((await second.start()).resume, 'token');
  second.ready({ receivedBytes: 100 });
  assert.equal([asked, client.droppedBytes], [2, 0]);
});

test('audio that a resume needs and the history no longer has counts as dropped', async (context) => {
  const { client, peer } = await connected(context, { historyBytes: 300 });
  for (let i = 0; i < 10; i++) client.send(bytes(100 * i, 100));
  await peer.until(() => peer.audio.length === 1000);
  const lost = next(client, 'error');
  peer.socket.terminate();
  await lost;
  context.clock.advance(500);
  const second = await context.server.nextPeer();
  await second.start();
  second.ready({ receivedBytes: 200 });
  await second.until(() => second.audio.length === 300);
  assert.equal([...second.audio], [...bytes(700, 300)]);
  assert.is(client.droppedBytes, 500);
  // The server has counted 500 bytes; after a second loss its count applies, not the client's.
  const again = next(client, 'error');
  second.socket.terminate();
  await again;
  context.clock.advance(500);
  const third = await context.server.nextPeer();
  await third.start();
  third.ready({ receivedBytes: 450 });
  await third.until(() => third.audio.length === 50);
  assert.equal([...third.audio], [...bytes(950, 50)]);
});

test('a file whose history is too short for a resume ends with an error instead of a gap', async (context) => {
  const { client, peer } = await connected(context, { live: false });
  const chunk = new Uint8Array(64000);
  client.send(chunk);
  await peer.until(() => peer.audio.length === chunk.length);
  peer.send(prediction(4000));
  await next(client, 'prediction');
  for (let i = 1; i < 20; i++) { // far over the history of 1 MiB
    client.send(chunk);
    await peer.until(() => peer.audio.length === chunk.length * (i + 1));
    const predicted = next(client, 'prediction');
    peer.send(prediction(4000 * (i + 1)));
    await predicted;
  }
  peer.socket.terminate();
  await next(client, 'error');
  context.clock.advance(500);
  const second = await context.server.nextPeer();
  await second.start();
  const ended = next(client, 'error');
  second.ready({ receivedBytes: 0 });
  assert.is((await ended as GenreError).code, 'lost-audio');
  assert.is(client.state, 'closed');
});

test('the wait grows with each failure up to the ceiling, and a success resets it', async (context) => {
  const { client, peer } = await connected(context, { backoff: { firstMs: 100, ceilingMs: 400 } });
  const waits: (number | undefined)[] = [];
  const lost = next(client, 'error');
  peer.socket.terminate();
  await lost;
  for (let i = 0; i < 4; i++) {
    waits.push(context.clock.waits[0]);
    const failed = next(client, 'error');
    context.server.refusal = 'HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\n\r\n';
    context.clock.advance(waits.at(-1)!);
    await failed;
  }
  assert.equal(waits, [100, 200, 400, 400]);
  context.clock.advance(400);
  const second = await context.server.nextPeer();
  await second.start();
  const back = next(client, 'ready');
  second.ready();
  await back;
  const lostAgain = next(client, 'error');
  second.socket.terminate();
  await lostAgain;
  assert.equal(context.clock.waits, [100]);
});

for (const [closeCode, code] of [[1003, 'not-audio'], [1007, 'bad-start'], [1008, 'not-allowed'], [4001, 'replaced']] as const) {
  test(`${code} (close code ${closeCode}) is final`, async (context) => {
    const { client, peer } = await connected(context);
    const ended = next(client, 'error');
    peer.send({ type: 'error', code, message: 'Because.' });
    peer.socket.close(closeCode);
    const error = await ended as GenreError;
    assert.is(error.code, code);
    assert.is(error.message, 'Because.');
    assert.is(client.state, 'closed');
    assert.equal(context.clock.waits, []);
  });
}

test('connect() and stop() reject with the server\'s error message', async (context) => {
  const client = newClient(context);
  const connecting = client.connect();
  const stopping = client.stop();
  const peer = await context.server.nextPeer();
  peer.send({ type: 'error', code: 'bad-start', message: 'sampleRate is required.' });
  peer.socket.close(1007);
  const results = await Promise.allSettled([connecting, stopping]);
  for (const result of results) {
    assert.is(result.status, 'rejected');
    assert.is((result as PromiseRejectedResult).reason.message, 'sampleRate is required.');
  }
});

test('after close code 1013 it waits at least as long as the server asked', async (context) => {
  const { client, peer } = await connected(context, { random: () => 0 });
  const lost = next(client, 'error');
  peer.socket.close(1013, '{"retryAfterMs":7000}');
  await lost;
  assert.is(client.state, 'reconnecting');
  assert.equal(context.clock.waits, [7000]);
});

test('follows Retry-After of a refused upgrade, and 403 is final', async (context) => {
  const client = newClient(context, { random: () => 0 });
  context.server.refusal = 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 3\r\nConnection: close\r\n\r\n';
  const lost = next(client, 'error');
  const connecting = client.connect();
  await lost;
  assert.equal(context.clock.waits, [3000]);
  context.server.refusal = 'HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n';
  context.clock.advance(3000);
  await withTimeout(connecting).then(() => assert.unreachable(), (error: GenreError) => assert.is(error.code, 'not-allowed'));
  assert.is(client.state, 'closed');
});

test('gives up after connectAttempts if the server never answered', async (context) => {
  const client = newClient(context, { connectAttempts: 2, url: 'ws://127.0.0.1:9' });
  const lost = next(client, 'error');
  const connecting = client.connect();
  await lost;
  context.clock.advance(500);
  await withTimeout(connecting).then(() => assert.unreachable(), (error: GenreError) => assert.is(error.code, 'unreachable'));
});

test('an attempt without an answer fails after connectTimeoutMs', async (context) => {
  const client = newClient(context, { connectTimeoutMs: 3000 });
  void client.connect().catch(() => {});
  await (await context.server.nextPeer()).start();
  const lost = next(client, 'error');
  context.clock.advance(3000);
  await lost;
  assert.is(client.state, 'reconnecting');
});

test('live audio continues as a new stream if the server no longer has the old one', async (context) => {
  const { client, peer } = await connected(context);
  client.send(bytes(0, 400));
  await peer.until(() => peer.audio.length === 400);
  const lost = next(client, 'error');
  peer.socket.terminate();
  await lost;
  client.send(bytes(400, 100));
  context.clock.advance(500);
  const second = await context.server.nextPeer();
  assert.is((await second.start()).resume, 'token');
  const refused = next(client, 'error');
  second.send({ type: 'error', code: 'resume-unknown', message: 'No stream waits.' });
  second.socket.close(1008);
  await refused;
  context.clock.advance(1000);
  const third = await context.server.nextPeer();
  const { resume, continues } = await third.start();
  assert.equal([resume, continues], [undefined, 'token'], 'the token proves that the id was its own');
  const continued = next(client, 'continued');
  third.ready({ streamId: 's2', resumeToken: 'other' });
  await third.until(() => third.audio.length === 100);
  assert.equal([...third.audio], [...bytes(400, 100)]);
  const { streamId, previousId, reason, gapMs, lostMs } = await continued as Continued;
  assert.equal([streamId, previousId, reason.code, gapMs, lostMs], ['s2', 's1', 'resume-unknown', 1500, 25], 'the 400 bytes of 16 a ms that no prediction answered');
  assert.is(client.droppedMs, 25);
  // The next loss is counted from here.
  const lostAgain = next(client, 'error');
  third.send(prediction(6.25));
  third.socket.terminate();
  await lostAgain;
  context.clock.advance(500);
  const fourth = await context.server.nextPeer();
  const last = await fourth.start();
  assert.equal([last.resume, last.continues], ['other', undefined]);
});

test('what is scored is not lost, and what was dropped without a stream is', async (context) => {
  const { client, peer } = await connected(context, { maxWaitingMs: 10 }); // 10 ms are 160 bytes
  client.send(bytes(0, 1600));
  await peer.until(() => peer.audio.length === 1600);
  const predicted = next(client, 'prediction');
  peer.send(prediction(90));
  await predicted;
  const lost = next(client, 'error');
  peer.socket.terminate();
  await lost;
  for (let i = 0; i < 5; i++) client.send(bytes(i, 160));
  context.clock.advance(500);
  const second = await context.server.nextPeer();
  await second.start();
  const refused = next(client, 'error');
  second.send({ type: 'error', code: 'resume-unknown', message: 'No stream waits.' });
  second.socket.close(1008);
  await refused;
  context.clock.advance(500);
  const third = await context.server.nextPeer();
  await third.start();
  const continued = next(client, 'continued');
  third.ready({ streamId: 's2', resumeToken: 'other' });
  assert.is((await continued as Continued).lostMs, 10 + 40);
});

test('a file ends where the server no longer has it, and says where', async (context) => {
  const { client, peer } = await connected(context, { live: false });
  client.send(bytes(0, 400));
  await peer.until(() => peer.audio.length === 400);
  const predicted = next(client, 'prediction');
  peer.send(prediction(12_345));
  await predicted;
  const lost = next(client, 'error');
  peer.socket.terminate();
  await lost;
  client.send(bytes(0, 400));
  const drained = client.drained();
  context.clock.advance(500);
  const second = await context.server.nextPeer();
  await second.start();
  second.send({ type: 'error', code: 'resume-unknown', message: 'No stream waits.' });
  second.socket.close(1008);
  await withTimeout(drained).then(() => assert.unreachable(), (error: GenreError) => {
    assert.equal([error.code, error.stoppedAtMs], ['resume-unknown', 12_345]);
    assert.match(error.message, /stopped at 12\.3 s: .*It was restarted/);
  });
  assert.is(client.state, 'closed');
  // Whoever asks later is told too, and does not wait for ever.
  client.send(bytes(0, 2));
  await withTimeout(client.drained()).then(() => assert.unreachable(), (error: GenreError) => assert.is(error.stoppedAtMs, 12_345));
  await withTimeout(client.stop()).then(() => assert.unreachable(), (error: GenreError) => assert.is(error.stoppedAtMs, 12_345));
});

test('a file that was not sent to its end when the server shut down is not taken for whole', async (context) => {
  const { client, peer } = await connected(context, { live: false, maxBufferedBytes: 1, historyBytes: 1 });
  client.send(new Uint8Array(64000));
  client.send(new Uint8Array(64000));
  client.send(new Uint8Array(64000));
  const stopping = client.stop();
  peer.send(summary);
  peer.socket.close(1001);
  await withTimeout(stopping).then(() => assert.unreachable(), (error: GenreError) => assert.equal([error.code, error.stoppedAtMs], ['going-away', 0]));
});

test('live sound that paused for too long begins anew with the next sound, without attempts meanwhile', async (context) => {
  const { client, peer } = await connected(context);
  const paused = next(client, 'error');
  peer.send({ type: 'error', code: 'idle', message: 'No audio came.' });
  peer.socket.close(4000);
  assert.is((await paused as GenreError).code, 'idle');
  assert.equal([client.state, context.clock.waits], ['reconnecting', []]);
  const continued = next(client, 'continued');
  client.send(bytes(0, 100));
  const second = await context.server.nextPeer();
  assert.is((await second.start()).resume, undefined);
  second.ready({ streamId: 's2' });
  await second.until(() => second.audio.length === 100);
  assert.is((await continued as Continued).reason.code, 'idle');
});

test('stop() of a paused stream ends with the reason', async (context) => {
  const { client, peer } = await connected(context);
  const paused = next(client, 'error');
  peer.send({ type: 'error', code: 'idle', message: 'No audio came.' });
  peer.socket.close(4000);
  await paused;
  await withTimeout(client.stop()).then(() => assert.unreachable(), (error: GenreError) => assert.is(error.code, 'idle'));
  assert.is(client.state, 'closed');
});

test('a connection that answers nothing of what was sent counts as lost', async (context) => {
  const { client, peer } = await connected(context);
  client.send(bytes(0, 16_000)); // 1 s: perhaps less than a block of a slow model
  assert.equal(context.clock.waits, []);
  client.send(bytes(0, 20_000));
  assert.equal(context.clock.waits, [10_000]);
  const predicted = next(client, 'prediction');
  peer.send(prediction(2_000));
  await predicted;
  assert.equal(context.clock.waits, []);
  client.send(bytes(0, 32_000));
  const lost = next(client, 'error');
  context.clock.advance(10_000);
  assert.is((await lost as GenreError).code, 'unreachable');
  context.clock.advance(500);
  const second = await context.server.nextPeer();
  assert.is((await second.start()).resume, 'token');
});

test('auto: sound at its own pace is live while there is no connection', async (context) => {
  const { client, peer } = await connected(context, { live: 'auto', backoff: { firstMs: 60_000, ceilingMs: 60_000 } });
  const second = bytes(0, 16_000);
  const tick = (): boolean => {
    context.clock.advance(1000);
    return client.send(second);
  };
  assert.ok(tick());
  const lost = next(client, 'error');
  peer.socket.terminate();
  await lost;
  for (let i = 0; i < 20; i++) assert.is(tick(), true, 'its source need not wait');
  assert.equal([client.waitingBytes, client.droppedMs], [5 * 16_000, 15_000]);
  await withTimeout(client.drained());
});

test('auto: sound that comes faster than real time is a file, of which nothing is dropped', async (context) => {
  const { client, peer } = await connected(context, { live: 'auto' });
  const lost = next(client, 'error');
  peer.socket.terminate();
  await lost;
  const second = bytes(0, 16_000);
  let sent = 0;
  while (client.send(second) && sent < 100) sent += 1;
  assert.is(client.droppedBytes, 0);
  assert.is(client.waitingBytes, (sent + 1) * 16_000);
  const drained = client.drained();
  context.clock.advance(500);
  const again = await context.server.nextPeer();
  await again.start();
  again.send({ type: 'error', code: 'resume-unknown', message: 'No stream waits.' });
  again.socket.close(1008);
  await withTimeout(drained).then(() => assert.unreachable(), (error: GenreError) => assert.is(error.stoppedAtMs, 0));
});

test('a machine that slept before its start message tries again', async (context) => {
  const { client, peer } = await connected(context);
  const lost = next(client, 'error');
  peer.socket.terminate();
  await lost;
  context.clock.advance(500);
  const second = await context.server.nextPeer();
  const refused = next(client, 'error');
  second.send({ type: 'error', code: 'hello-timeout', message: 'No start message came.' });
  second.socket.close(1008);
  await refused;
  assert.is(client.state, 'reconnecting');
});

test('a page that wakes connects at once', async (context) => {
  const page = new EventTarget();
  const names = ['addEventListener', 'removeEventListener'] as const;
  for (const name of names) Object.defineProperty(globalThis, name, { value: page[name].bind(page), configurable: true });
  try {
    const { client, peer } = await connected(context);
    const lost = next(client, 'error');
    peer.socket.terminate();
    await lost;
    assert.equal(context.clock.waits, [500]);
    page.dispatchEvent(new Event('online'));
    const second = await context.server.nextPeer();
    const back = next(client, 'ready');
    await second.start();
    second.ready();
    await back;
    page.dispatchEvent(new Event('online'));
    assert.equal([client.state, context.clock.waits], ['open', []]);
  } finally {
    for (const name of names) delete (globalThis as Record<string, unknown>)[name];
  }
});

test('opus: what was lost is counted by the packets', async (context) => {
  const { client, peer } = await connected(context, { encoding: 'opus', sampleRate: 48000 });
  const packet = (toc: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i === 0 ? toc : i === 1 ? 3 : 7));
  // 20 ms of CELT, 60 ms of SILK, 3 frames of 10 ms.
  for (const [toc, length] of [[0b11111_0_00, 50], [0b00011_0_00, 30], [0b11110_0_11, 30]] as const) client.send(packet(toc, length));
  await peer.until(() => peer.packets.length === 3);
  const lost = next(client, 'error');
  peer.send(summary);
  peer.socket.close(1001);
  await lost;
  assert.is(Math.round(client.droppedMs), 110);
});

test('live audio continues after the server shut down with a summary', async (context) => {
  const { client, peer } = await connected(context);
  const lost = next(client, 'error');
  peer.send(summary);
  peer.socket.close(1001);
  await lost;
  assert.is(client.state, 'reconnecting');
  context.clock.advance(500);
  const second = await context.server.nextPeer();
  assert.is((await second.start()).resume, undefined);
});

test('live: drops the oldest queued audio in whole frames, counts it and returns false', async (context) => {
  const { client, peer } = await connected(context, { channels: 2, maxWaitingMs: 10 }); // 10 ms are 320 bytes
  const lost = next(client, 'error');
  peer.socket.terminate();
  await lost;
  assert.is(client.send(bytes(0, 161)), true);
  assert.is(client.send(bytes(161, 159)), true);
  assert.is(client.send(bytes(320, 100)), false);
  assert.is(client.droppedBytes, 160);
  assert.is(client.droppedMs, 5);
  context.clock.advance(500);
  const second = await context.server.nextPeer();
  await second.start();
  second.ready({ receivedBytes: 0 });
  await second.until(() => second.audio.length === 260);
  assert.equal([...second.audio], [...bytes(160, 260)]);
});

test('stops sending while the socket is full, and loses nothing of a file', async (context) => {
  const { client, peer } = await connected(context, { live: false, maxBufferedBytes: 1 });
  peer.socket.pause();
  const sent: Uint8Array[] = [];
  let isAccepted = true;
  for (let i = 0; isAccepted && i < 2000; i++) {
    sent.push(bytes(i, 64000));
    isAccepted = client.send(sent.at(-1)!);
    peer.send(prediction(4000 * i)); // scored, so that only the socket limits sending
    await next(client, 'prediction');
  }
  assert.is(isAccepted, false);
  assert.ok(client.waitingBytes > 0);
  const drained = client.drained();
  peer.socket.resume();
  const total = sent.reduce((sum, chunk) => sum + chunk.length, 0);
  let isDrained = false;
  void drained.then(() => { isDrained = true; });
  while (!isDrained) { // advance virtual time while the real socket empties
    context.clock.advance(20);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await peer.until(() => peer.audio.length === total);
  assert.ok(peer.audio.equals(Buffer.concat(sent)));
  assert.is(client.droppedBytes, 0);
});

test('a file is sent ahead of its scoring only as far as it can be sent again', async (context) => {
  const { client, peer } = await connected(context, { live: false });
  const second = new Uint8Array(16000);
  for (let i = 0; i < 100; i++) client.send(second);
  await peer.until(() => peer.audio.length >= 2 ** 20);
  assert.ok(peer.audio.length < 2 ** 20 + 16000, `${peer.audio.length} bytes were sent`);
  peer.send(prediction(60_000));
  await peer.until(() => peer.audio.length === 1_600_000);
});

test('stop is sent after the queued audio, and again after a lost connection', async (context) => {
  const { client, peer } = await connected(context);
  client.send(bytes(0, 200));
  const stopping = client.stop();
  await peer.until(() => peer.texts.length === 2);
  assert.is(peer.audio.length, 200);
  const lost = next(client, 'error');
  peer.socket.terminate();
  await lost;
  context.clock.advance(500);
  const second = await context.server.nextPeer();
  await second.start();
  second.ready({ receivedBytes: 100 });
  await second.until(() => second.texts.length === 2);
  assert.equal([...second.audio], [...bytes(100, 100)]);
  second.send(summary);
  assert.equal(await withTimeout(stopping), summary);
  assert.throws(() => client.send(bytes(0, 2)), /stopped/);
});

test('opus packets are sent and resent whole', async (context) => {
  const { client, peer } = await connected(context, { encoding: 'opus', sampleRate: 48000 });
  for (const length of [3, 5, 7]) client.send(bytes(length, length));
  await peer.until(() => peer.packets.length === 3);
  assert.equal(peer.packets.map(({ length }) => length), [3, 5, 7]);
  const lost = next(client, 'error');
  peer.socket.terminate();
  await lost;
  context.clock.advance(500);
  const second = await context.server.nextPeer();
  await second.start();
  second.ready({ receivedBytes: 3 });
  await second.until(() => second.packets.length === 2);
  assert.equal(second.packets.map(({ length }) => length), [5, 7]);
  assert.throws(() => client.send(Float32Array.of(0)), /packet/);
});

test('a server that is not livegenre is an error that names the address', async (context) => {
  const client = newClient(context);
  const connecting = client.connect();
  (await context.server.nextPeer()).socket.send('hello');
  await withTimeout(connecting).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, /127\.0\.0\.1.*right address/));
});

test('close() ends all timers and the socket', async (context) => {
  const { client, peer } = await connected(context);
  client.close();
  await peer.until(() => peer.isClosed);
  assert.equal(context.clock.waits, []);
});

/** As a microphone: 20 ms of 8 kHz at a time. @returns all that was sent */
function speak(context: Context, client: GenreClient, pieces: number, from = 0): Uint8Array {
  for (let piece = 0; piece < pieces; piece++) {
    client.send(bytes(from + 320 * piece, 320));
    context.clock.advance(20);
  }
  return bytes(from, 320 * pieces);
}

test('live sound is collected to messages of half a block, the first of which ends with the first half', async (context) => {
  const { client, peer } = await connected(context, { messageMs: undefined });
  const sent = speak(context, client, 100);
  await peer.until(() => peer.packets.length === 11);
  const [first, ...others] = peer.packets.map(({ length }) => length / 16);
  assert.ok(Math.abs(first! - 174.15 - 66) < 0.2, `${first} ms`);
  assert.ok(others.every((ms) => Math.abs(ms - 174.15) < 0.2), `${others} ms`);
  assert.is(client.waitingBytes, sent.length - peer.audio.length);
  void client.stop().catch(() => {});
  await peer.until(() => peer.texts.length === 2);
  assert.equal([...peer.audio], [...sent], 'all of it, before the stop');
});

test('what is collected goes when no more comes for 0.2 s, with flush and with drained', async (context) => {
  const { client, peer } = await connected(context, { messageMs: undefined });
  speak(context, client, 1);
  context.clock.advance(179);
  assert.is(client.waitingBytes, 320);
  context.clock.advance(1);
  await peer.until(() => peer.audio.length === 320);
  speak(context, client, 1, 320);
  client.flush();
  await peer.until(() => peer.audio.length === 640);
  speak(context, client, 1, 640);
  await client.drained();
  await peer.until(() => peer.audio.length === 960);
  assert.equal([...peer.audio], [...bytes(0, 960)]);
  assert.is(peer.packets.length, 3);
  assert.equal(context.clock.waits.filter((ms) => ms <= 200), [180], 'the last timer finds nothing');
});

test('a file, a pipe and a client that asks for it send each piece as it comes', async (context) => {
  for (const options of [{ live: false }, { live: 'auto' }, { messageMs: 0 }] as const) {
    const { client, peer } = await connected(context, { messageMs: undefined, ...options });
    client.send(bytes(0, 320));
    await peer.until(() => peer.audio.length === 320);
    client.close();
  }
});

test('a length of messages out of range is refused before anything is opened', (context) => {
  assert.throws(() => newClient(context, { messageMs: 351 }), /messageMs must be 0 to 350, not 351/);
});

test('collected sound survives a lost connection, and is cut as before after it', async (context) => {
  const { client, peer } = await connected(context, { messageMs: undefined });
  const before = speak(context, client, 15);
  await peer.until(() => peer.packets.length === 1);
  const received = peer.audio.length;
  peer.socket.terminate();
  await next(client, 'error');
  const during = speak(context, client, 15, before.length);
  context.clock.advance(500);
  const again = await context.server.nextPeer();
  await again.start();
  again.ready({ receivedBytes: received });
  await next(client, 'ready');
  void client.stop().catch(() => {});
  await again.until(() => again.texts.length === 2);
  assert.equal([...again.audio], [...before, ...during].slice(received));
});

test.run();
