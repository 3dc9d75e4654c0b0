/** `GenreClient` against a real WebSocket server; only the clock is virtual. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GenreClient, GenreError, type GenreClientOptions, type Summary } from '../../../client/sdk/node.js';
import { ManualClock } from './manual-clock.js';
import { inTime, StubServer, type Guest } from './stub-server.js';

interface Context { server: StubServer; clock: ManualClock; clients: GenreClient[] }

const test = suite<Context>('GenreClient');

test.before.each(async (context) => {
  context.server = await StubServer.open();
  context.clock = new ManualClock();
  context.clients = [];
});
test.after.each(async ({ server, clients }) => {
  for (const client of clients) client.close();
  await server.close();
});

function make(context: Context, options: Partial<GenreClientOptions> = {}): GenreClient {
  const client = new GenreClient({
    url: context.server.url, encoding: 's16le', sampleRate: 8000, channels: 1,
    clock: context.clock, random: () => 1, ...options,
  });
  context.clients.push(client);
  return client;
}

async function connected(context: Context, options: Partial<GenreClientOptions> = {}): Promise<{ client: GenreClient; guest: Guest }> {
  const client = make(context, options);
  const connecting = client.connect();
  const guest = await context.server.guest();
  await guest.start();
  guest.ready();
  await connecting;
  return { client, guest };
}

function next<Type extends 'error' | 'ready' | 'prediction' | 'summary' | 'state'>(client: GenreClient, type: Type): Promise<unknown> {
  return inTime(new Promise((resolve) => {
    const off = client.on(type, (event) => { off(); resolve(event); });
  }));
}

const bytes = (from: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (from + i) % 251);
const prediction = (atMs: number) => ({
  type: 'prediction', seq: 1, atMs, state: 'music', genre: 'a', p: 0.9, top: [['a', 0.9]], music: 1, level: -20, peak: -10, lagMs: 5, droppedMs: 0,
} as const);
const summary = { type: 'summary', durationMs: 1000, genre: 'a', p: 0.9, segments: [] } satisfies Summary;

test('says start with the format it was given, and sends sound once the server is ready', async (context) => {
  const client = make(context, { name: 'kitchen', topK: 3, spectrogram: true });
  const states: string[] = [];
  client.on('state', (state) => states.push(state));
  const connecting = client.connect();
  client.send(bytes(0, 100));
  const guest = await context.server.guest();
  assert.is(guest.path, '/v1/stream');
  assert.is(guest.socket.protocol, 'livegenre.v1');
  assert.equal(await guest.start(), { type: 'start', version: 1, encoding: 's16le', sampleRate: 8000, channels: 1, name: 'kitchen', topK: 3, spectrogram: true });
  assert.is(guest.audio.length, 0);
  guest.ready();
  assert.is((await connecting).streamId, 's1');
  await guest.until(() => guest.audio.length === 100);
  assert.equal([...guest.audio], [...bytes(0, 100)]);
  assert.equal(states, ['connecting', 'open']);
});

test('gives predictions as events, and the summary to stop()', async (context) => {
  const { client, guest } = await connected(context);
  const predicted = next(client, 'prediction');
  guest.say(prediction(348));
  assert.is((await predicted as { genre: string }).genre, 'a');
  const stopping = client.stop();
  await guest.until(() => guest.texts.length === 2);
  assert.equal(guest.texts[1], { type: 'stop' });
  guest.say(summary);
  assert.equal(await inTime(stopping), summary);
  assert.is(client.state, 'closed');
  await guest.until(() => guest.isClosed);
});

test('writes samples in the encoding of the stream', async (context) => {
  const { client, guest } = await connected(context);
  client.send(Float32Array.of(0, 1, -1, 2, 0.5));
  client.send(Int16Array.of(1, -2));
  await guest.until(() => guest.audio.length === 14);
  assert.equal([...new Int16Array(new Uint8Array(guest.audio).buffer)], [0, 32767, -32767, 32767, 16384, 1, -2]);
});

test('sends again, after a lost connection, from where the server got to', async (context) => {
  const { client, guest } = await connected(context);
  client.send(bytes(0, 1000));
  await guest.until(() => guest.audio.length === 1000);
  const lost = next(client, 'error');
  guest.socket.terminate();
  assert.is((await lost as GenreError).code, 'unreachable');
  assert.is(client.state, 'reconnecting');
  client.send(bytes(1000, 500));
  assert.equal(context.clock.waits, [500]);
  context.clock.advance(500);
  const second = await context.server.guest();
  assert.is((await second.start()).resume, 'token');
  second.ready({ receivedBytes: 604 });
  await second.until(() => second.audio.length === 896);
  assert.equal([...second.audio], [...bytes(604, 896)]);
  assert.is(client.droppedBytes, 0);
});

test('counts sound as dropped that a resume asks for and the history no longer has', async (context) => {
  const { client, guest } = await connected(context, { historyBytes: 300 });
  for (let i = 0; i < 10; i++) client.send(bytes(100 * i, 100));
  await guest.until(() => guest.audio.length === 1000);
  const lost = next(client, 'error');
  guest.socket.terminate();
  await lost;
  context.clock.advance(500);
  const second = await context.server.guest();
  await second.start();
  second.ready({ receivedBytes: 200 });
  await second.until(() => second.audio.length === 300);
  assert.equal([...second.audio], [...bytes(700, 300)]);
  assert.is(client.droppedBytes, 500);
  // The server now counts 500 bytes; a second loss must agree with its count, not with ours.
  const again = next(client, 'error');
  second.socket.terminate();
  await again;
  context.clock.advance(500);
  const third = await context.server.guest();
  await third.start();
  third.ready({ receivedBytes: 450 });
  await third.until(() => third.audio.length === 50);
  assert.equal([...third.audio], [...bytes(950, 50)]);
});

test('a file that a resume can not fill ends with an error instead of a silent hole', async (context) => {
  const { client, guest } = await connected(context, { live: false });
  const chunk = new Uint8Array(64000);
  client.send(chunk);
  await guest.until(() => guest.audio.length === chunk.length);
  guest.say(prediction(4000));
  await next(client, 'prediction');
  for (let i = 1; i < 20; i++) { // far over the history of 1 MiB
    client.send(chunk);
    await guest.until(() => guest.audio.length === chunk.length * (i + 1));
    const said = next(client, 'prediction');
    guest.say(prediction(4000 * (i + 1)));
    await said;
  }
  guest.socket.terminate();
  await next(client, 'error');
  context.clock.advance(500);
  const second = await context.server.guest();
  await second.start();
  const ended = next(client, 'error');
  second.ready({ receivedBytes: 0 });
  assert.is((await ended as GenreError).code, 'lost-audio');
  assert.is(client.state, 'closed');
});

test('waits longer after each failure, up to the ceiling, and afresh after a success', async (context) => {
  const { client, guest } = await connected(context, { backoff: { firstMs: 100, ceilingMs: 400 } });
  const waits: (number | undefined)[] = [];
  const lost = next(client, 'error');
  guest.socket.terminate();
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
  const second = await context.server.guest();
  await second.start();
  const back = next(client, 'ready');
  second.ready();
  await back;
  const lostAgain = next(client, 'error');
  second.socket.terminate();
  await lostAgain;
  assert.equal(context.clock.waits, [100]);
});

for (const [code, word] of [[1003, 'not-audio'], [1007, 'bad-start'], [1008, 'hello-timeout'], [4001, 'replaced']] as const) {
  test(`takes ${word} (close code ${code}) as final`, async (context) => {
    const { client, guest } = await connected(context);
    const ended = next(client, 'error');
    guest.say({ type: 'error', code: word, message: 'Because.' });
    guest.socket.close(code);
    const error = await ended as GenreError;
    assert.is(error.code, word);
    assert.is(error.message, 'Because.');
    assert.is(client.state, 'closed');
    assert.equal(context.clock.waits, []);
  });
}

test('connect() and stop() reject with the server\'s sentence', async (context) => {
  const client = make(context);
  const connecting = client.connect();
  const stopping = client.stop();
  const guest = await context.server.guest();
  guest.say({ type: 'error', code: 'bad-start', message: 'sampleRate is required.' });
  guest.socket.close(1007);
  const results = await Promise.allSettled([connecting, stopping]);
  for (const result of results) {
    assert.is(result.status, 'rejected');
    assert.is((result as PromiseRejectedResult).reason.message, 'sampleRate is required.');
  }
});

test('comes back after 1013 no sooner than the server asked', async (context) => {
  const { client, guest } = await connected(context, { random: () => 0 });
  const lost = next(client, 'error');
  guest.socket.close(1013, '{"retryAfterMs":7000}');
  await lost;
  assert.is(client.state, 'reconnecting');
  assert.equal(context.clock.waits, [7000]);
});

test('reads Retry-After of a refused upgrade, and takes 403 as final', async (context) => {
  const client = make(context, { random: () => 0 });
  context.server.refusal = 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 3\r\nConnection: close\r\n\r\n';
  const lost = next(client, 'error');
  const connecting = client.connect();
  await lost;
  assert.equal(context.clock.waits, [3000]);
  context.server.refusal = 'HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n';
  context.clock.advance(3000);
  await inTime(connecting).then(() => assert.unreachable(), (error: GenreError) => assert.is(error.code, 'not-allowed'));
  assert.is(client.state, 'closed');
});

test('gives up after connectAttempts where nobody ever answered', async (context) => {
  const client = make(context, { connectAttempts: 2, url: 'ws://127.0.0.1:9' });
  const lost = next(client, 'error');
  const connecting = client.connect();
  await lost;
  context.clock.advance(500);
  await inTime(connecting).then(() => assert.unreachable(), (error: GenreError) => assert.is(error.code, 'unreachable'));
});

test('an attempt without an answer counts as failed after connectTimeoutMs', async (context) => {
  const client = make(context, { connectTimeoutMs: 3000 });
  void client.connect().catch(() => {});
  await (await context.server.guest()).start();
  const lost = next(client, 'error');
  context.clock.advance(3000);
  await lost;
  assert.is(client.state, 'reconnecting');
});

test('live sound goes on as a new stream where the server has forgotten the old one', async (context) => {
  const { client, guest } = await connected(context);
  client.send(bytes(0, 400));
  await guest.until(() => guest.audio.length === 400);
  const lost = next(client, 'error');
  guest.socket.terminate();
  await lost;
  client.send(bytes(400, 100));
  context.clock.advance(500);
  const second = await context.server.guest();
  assert.is((await second.start()).resume, 'token');
  const refused = next(client, 'error');
  second.say({ type: 'error', code: 'resume-unknown', message: 'No stream waits.' });
  second.socket.close(1008);
  await refused;
  context.clock.advance(1000);
  const third = await context.server.guest();
  assert.is((await third.start()).resume, undefined);
  third.ready({ streamId: 's2', resumeToken: 'other' });
  await third.until(() => third.audio.length === 100);
  assert.equal([...third.audio], [...bytes(400, 100)]);
});

test('live sound goes on after the server went away with a summary', async (context) => {
  const { client, guest } = await connected(context);
  const lost = next(client, 'error');
  guest.say(summary);
  guest.socket.close(1001);
  await lost;
  assert.is(client.state, 'reconnecting');
  context.clock.advance(500);
  const second = await context.server.guest();
  assert.is((await second.start()).resume, undefined);
});

test('live: drops the oldest waiting sound, in whole frames, counts it and says false', async (context) => {
  const { client, guest } = await connected(context, { channels: 2, maxWaitingMs: 10 }); // 10 ms are 320 bytes
  const lost = next(client, 'error');
  guest.socket.terminate();
  await lost;
  assert.is(client.send(bytes(0, 161)), true);
  assert.is(client.send(bytes(161, 159)), true);
  assert.is(client.send(bytes(320, 100)), false);
  assert.is(client.droppedBytes, 160);
  assert.is(client.droppedMs, 5);
  context.clock.advance(500);
  const second = await context.server.guest();
  await second.start();
  second.ready({ receivedBytes: 0 });
  await second.until(() => second.audio.length === 260);
  assert.equal([...second.audio], [...bytes(160, 260)]);
});

test('holds sound back while the socket is full, and loses none of a file', async (context) => {
  const { client, guest } = await connected(context, { live: false, maxBufferedBytes: 1 });
  guest.socket.pause();
  const sent: Uint8Array[] = [];
  let said = true;
  for (let i = 0; said && i < 2000; i++) {
    sent.push(bytes(i, 64000));
    said = client.send(sent.at(-1)!);
    guest.say(prediction(4000 * i)); // scored: only the socket holds it back
    await next(client, 'prediction');
  }
  assert.is(said, false);
  assert.ok(client.waitingBytes > 0);
  const drained = client.drained();
  guest.socket.resume();
  const total = sent.reduce((sum, chunk) => sum + chunk.length, 0);
  let isDrained = false;
  void drained.then(() => { isDrained = true; });
  while (!isDrained) { // virtual time passes as the real socket empties
    context.clock.advance(20);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await guest.until(() => guest.audio.length === total);
  assert.ok(guest.audio.equals(Buffer.concat(sent)));
  assert.is(client.droppedBytes, 0);
});

test('runs ahead of the scoring of a file only as far as it could send again', async (context) => {
  const { client, guest } = await connected(context, { live: false });
  const second = new Uint8Array(16000);
  for (let i = 0; i < 100; i++) client.send(second);
  await guest.until(() => guest.audio.length >= 2 ** 20);
  assert.ok(guest.audio.length < 2 ** 20 + 16000, `${guest.audio.length} bytes were sent`);
  guest.say(prediction(60_000));
  await guest.until(() => guest.audio.length === 1_600_000);
});

test('stop() waits for what is queued, and is said again after a lost connection', async (context) => {
  const { client, guest } = await connected(context);
  client.send(bytes(0, 200));
  const stopping = client.stop();
  await guest.until(() => guest.texts.length === 2);
  assert.is(guest.audio.length, 200);
  const lost = next(client, 'error');
  guest.socket.terminate();
  await lost;
  context.clock.advance(500);
  const second = await context.server.guest();
  await second.start();
  second.ready({ receivedBytes: 100 });
  await second.until(() => second.texts.length === 2);
  assert.equal([...second.audio], [...bytes(100, 100)]);
  second.say(summary);
  assert.equal(await inTime(stopping), summary);
  assert.throws(() => client.send(bytes(0, 2)), /stopped/);
});

test('opus packets are sent, and sent again, whole', async (context) => {
  const { client, guest } = await connected(context, { encoding: 'opus', sampleRate: 48000 });
  for (const length of [3, 5, 7]) client.send(bytes(length, length));
  await guest.until(() => guest.packets.length === 3);
  assert.equal(guest.packets.map(({ length }) => length), [3, 5, 7]);
  const lost = next(client, 'error');
  guest.socket.terminate();
  await lost;
  context.clock.advance(500);
  const second = await context.server.guest();
  await second.start();
  second.ready({ receivedBytes: 3 });
  await second.until(() => second.packets.length === 2);
  assert.equal(second.packets.map(({ length }) => length), [5, 7]);
  assert.throws(() => client.send(Float32Array.of(0)), /packet/);
});

test('a server that is no livegenre server ends it with the address to check', async (context) => {
  const client = make(context);
  const connecting = client.connect();
  (await context.server.guest()).socket.send('hello');
  await inTime(connecting).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, /127\.0\.0\.1.*right address/));
});

test('close() ends every timer and the socket', async (context) => {
  const { client, guest } = await connected(context);
  client.close();
  await guest.until(() => guest.isClosed);
  assert.equal(context.clock.waits, []);
});

test.run();
