import { connect as connectTcp } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import type { RunningServer } from '../../../server/assemble.js';
import { ManualClock } from '../../support/manual-clock.js';
import { FAKE_BUNDLE, FAKE_TAGGED } from '../fake-classifier.js';
import { Client, connect, refusedUpgrade, sharedServer, START, stream, withServer } from '../rig.js';
import { until } from '../../support/until.js';
import { cut, noise, tone } from '../sound.js';

const shared = sharedServer(test);
/** One server for all tests of a limit that the others don't reach. */
const limited = sharedServer(test, { maxMessageBytes: 1000, maxFragments: 2, allowedOrigins: ['https://friend.org'] });
/** One for all that are full with one stream; each leaves it empty. */
const single = sharedServer(test, { maxStreams: 1, retryAfterMs: 7000 }, { bundle: { ...FAKE_BUNDLE, manifest: FAKE_TAGGED } });
/** One that buffers little, with two shards. */
const small = sharedServer(test, { maxBufferedBytes: 20_000, shards: 2 });
/** One that waits neither for pieces of a frame nor for dead peers. */
const impatient = sharedServer(test, { maxBufferedChunks: 3, pingIntervalMs: 50, resumeWindowMs: 0 });

/** One whose timeouts run on a virtual clock. */
const clock = new ManualClock();
const timed = sharedServer(test, { helloTimeoutMs: 5000, resumeWindowMs: 15_000, idleTimeoutMs: 60_000, pingIntervalMs: 3_600_000 }, { scheduler: clock });
/** One that waits for no sender. */
const forgetful = sharedServer(test, { resumeWindowMs: 1 });

/** Ends the only stream of a server. */
async function end(server: RunningServer, client: Client): Promise<void> {
  client.tell({ type: 'stop' });
  await client.closed();
  await until(() => server.senders.size === 0 && server.streams.list().length === 0);
}

const BLOCK_MS = (4 * 1920 * 1000) / 22050;

test('after start, audio and stop: ready, a prediction per block, the summary, close code 1000', () => shared(async (server) => {
  const client = await connect(server);
  client.tell({ ...START, name: 'my song' });
  const ready = await client.ready();
  assert.is(ready.name, 'my song');
  assert.equal(ready.model, { name: 'fake', version: '0', labels: ['low', 'middle', 'high'], tags: [] });
  assert.is(ready.receivedBytes, 0);
  assert.ok(Math.abs(ready.blockMs - BLOCK_MS) < 1e-9);
  for (const piece of cut(tone(200, 3000), [4410])) client.play(piece);
  client.tell({ type: 'stop' });
  assert.is((await client.summary()).genre, 'low');
  assert.is(await client.closed(), 1000);
  assert.is(client.predictions.length, 9);
  assert.is(client.predictions.at(-1)!.genre, 'low');
  assert.ok(client.predictions.every(({ lagMs, droppedMs }) => lagMs >= 0 && droppedMs === 0));
  assert.is(client.ws.protocol, 'livegenre.v1');
}));

test('tags come as many as asked for, to viewers as well; a model without tags says so and names none', async () => {
  await single(async (server) => {
    const client = await stream(server, { tags: 1 });
    assert.equal((await client.ready()).model.tags, ['deep', 'bright']);
    const viewer = await connect(server, `/v1/streams/${client.id}/watch`);
    await viewer.ready();
    client.play(tone(200, 5000));
    client.tell({ type: 'stop' });
    for (const heard of [await client.summary(), await viewer.summary(), client.predictions.at(-1)!, viewer.predictions.at(-1)!]) assert.equal(heard.tags!.map(([name]) => name), ['deep']);
    await until(() => server.senders.size === 0 && server.streams.list().length === 0);
  });
  await shared(async (server) => {
    const client = await stream(server, { tags: 20 });
    client.play(tone(200, 3000));
    client.tell({ type: 'stop' });
    assert.equal((await client.summary()).tags, []);
    assert.equal((await client.ready()).model.tags, []);
  });
});

test('columns are sent only on request', () => shared(async (server) => {
  const [plain, drawn] = [await stream(server), await stream(server, { spectrogram: true })];
  for (const client of [plain, drawn]) {
    client.play(tone(440, 1000));
    client.tell({ type: 'stop' });
    await client.closed();
  }
  assert.not(plain.messages.some(({ type }) => type === 'columns'));
  assert.is(drawn.messages.filter(({ type }) => type === 'columns').length, 3);
}));

test('a stream that continues one that is gone has its id and token; a running one keeps them', async () => {
  let [id, token] = ['', ''];
  await shared(async (server) => {
    const first = await stream(server);
    ({ id, token } = first);
    const other = await stream(server, { continues: token });
    assert.is.not(other.id, id, 'the first one runs');
    for (const client of [first, other]) client.ws.close(1000);
  });
  await timed(async (server) => {
    const client = await stream(server, { continues: token });
    assert.equal([client.id, client.token], [id, token]);
    client.play(tone(440, 500));
    await client.prediction();
    await end(server, client);
  });
});

const clientErrors: [what: string, tell: (client: Client) => void, code: string, closeCode: number][] = [
  ['text that is not JSON', (client) => client.tell('hello'), 'bad-message', 1007],
  ['a start without sampleRate', (client) => client.tell({ type: 'start', version: 1, encoding: 's16le', channels: 1 }), 'bad-start', 1007],
  ['a start of another version', (client) => client.tell({ ...START, version: 2 }), 'bad-start', 1007],
  ['stop before start', (client) => client.tell({ type: 'stop' }), 'bad-start', 1007],
  ['audio before start', (client) => client.play(noise(100)), 'bad-start', 1007],
  ['a second start', (client) => [START, START].forEach((start) => client.tell(start)), 'bad-message', 1007],
  ['another text after start', (client) => [START, { type: 'hello' }].forEach((each) => client.tell(each)), 'bad-message', 1007],
  ['a token that can be none', (client) => client.tell({ ...START, continues: 'x' }), 'bad-start', 1007],
  ['an unknown resume token', (client) => client.tell({ ...START, resume: 'x' }), 'resume-unknown', 1008],
  ['bytes that are never an Opus packet', (client) => {
    client.tell({ ...START, encoding: 'opus', sampleRate: 48000 });
    for (let packet = 0; packet < 10; packet++) client.play(new Uint8Array(5000));
  }, 'not-audio', 1003],
  ['a stream whose only Opus packet is none', (client) => {
    client.tell({ ...START, encoding: 'opus', sampleRate: 48000 });
    client.play(new Uint8Array(5000));
    client.tell({ type: 'stop' });
  }, 'not-audio', 1003],
  ['integers sent as floats', (client) => {
    client.tell({ ...START, encoding: 'f32le' });
    client.play(new Uint8Array(Float32Array.from({ length: 10_000 }, (_, i) => (i % 100) * 300).buffer));
  }, 'not-audio', 1003],
];

test('every client error gets its error code and message, then its close code', () => shared(async (server) => {
  await until(() => server.senders.size === 0 && server.streams.list().length === 0);
  for (const [what, tell, code, closeCode] of clientErrors) {
    const client = await connect(server);
    tell(client);
    assert.is(await client.closed(), closeCode, what);
    assert.is(client.error!.code, code, what);
    assert.match(client.error!.message, /^\w.*\.$/s);
    assert.is(client.messages.at(-1)!.type, 'error', 'nothing after it');
    assert.is(client.closeReason, code);
    await until(() => server.senders.size === 0 && server.streams.list().length === 0);
  }
}));

test('no start in time: hello-timeout, 1008', () => timed(async (server) => {
  const client = await connect(server);
  await until(() => server.senders.size === 1);
  clock.advance(4999);
  const other = await stream(server);
  clock.advance(1);
  assert.is(await client.closed(), 1008);
  assert.is(client.error!.code, 'hello-timeout');
  clock.advance(4999);
  assert.is(server.streams.list().length, 1, 'a connection that sent start stays');
  assert.is(other.closeCode, undefined);
  await end(server, other);
}));

test('no audio for too long: idle, 4000; each chunk restarts the time; viewers get the summary', () => timed(async (server) => {
  const client = await stream(server);
  const viewer = await connect(server, `/v1/streams/${client.id}/watch`);
  clock.advance(59_999);
  client.play(noise(10_000));
  await client.prediction();
  clock.advance(59_999);
  assert.not(server.streams.get(client.id)!.isEnding);
  clock.advance(1);
  assert.is(await client.closed(), 4000);
  assert.is(client.error!.code, 'idle');
  await viewer.summary();
  assert.is(await viewer.closed(), 1000);
}));

test('a message over the limit: too-big, 1009', () => limited(async (server) => {
  const client = await stream(server);
  client.play(new Uint8Array(1000));
  client.play(new Uint8Array(1001));
  assert.is(await client.closed(), 1009);
  assert.is(client.error!.code, 'too-big');
}));

test('a message in too many frames: too-big, 1009', () => limited(async (server) => {
  const client = await stream(server);
  const send = (count: number): void => {
    for (let frame = 1; frame <= count; frame++) client.ws.send(new Uint8Array(10), { fin: frame === count });
  };
  send(2);
  send(3);
  assert.is(await client.closed(), 1009);
  assert.is(client.error!.code, 'too-big');
}));

test('a frame in too many network reads: too-big, 1009', () => impatient(async (server) => {
  const socket = connectTcp(server.port, '127.0.0.1');
  socket.setNoDelay(true);
  socket.write('GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n');
  let heard = '';
  let dribble: NodeJS.Timeout | undefined;
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  socket.on('data', (data) => {
    heard += data.toString('latin1');
  });
  socket.on('error', () => {});
  // After the upgrade: the header of a frame of 60,000 bytes, which never comes to its end, then single bytes, each after the server had time to read.
  socket.once('data', () => {
    socket.write(Uint8Array.of(0x82, 0xfe, 0xea, 0x60, 0, 0, 0, 0));
    dribble = setInterval(() => socket.write(Uint8Array.of(0)), 2);
  });
  try {
    await until(() => heard.includes('too-big'));
  } finally {
    clearInterval(dribble);
    socket.destroy();
  }
  await closed;
}));

test('a subprotocol is optional; of several, livegenre.v1 is selected', () => shared(async (server) => {
  const { WebSocket } = await import('ws');
  for (const [offered, chosen] of [[[], ''], [['x', 'livegenre.v1'], 'livegenre.v1']] as const) {
    const ws = new WebSocket(`ws://127.0.0.1:${server.port}/v1/stream`, [...offered]);
    await new Promise((resolve) => ws.on('open', resolve));
    assert.is(ws.protocol, chosen);
    ws.close();
    await new Promise((resolve) => ws.on('close', resolve));
  }
}));

test('a full server refuses before the upgrade, with 503 and Retry-After', () => single(async (server) => {
  const client = await stream(server);
  const { status, headers, body } = await refusedUpgrade(server, '/v1/stream');
  assert.is(status, 503);
  assert.is(headers['retry-after'], '7');
  assert.is(headers['content-type'], 'application/problem+json');
  assert.is(body.code, 'too-many-streams');
  client.tell({ type: 'stop' });
  await client.closed();
  await until(() => server.senders.size === 0);
  await end(server, await stream(server));
}));

test('a stream that waits for its sender counts towards maxStreams', () => single(async (server) => {
  const client = await stream(server);
  client.ws.terminate();
  await until(() => server.senders.size === 0);
  const other = await connect(server);
  other.tell(START);
  assert.is(await other.closed(), 1013);
  assert.is(other.error!.retryAfterMs, 7000);
  assert.is(other.closeReason, 'too-many-streams retryAfterMs=7000');
  const back = await stream(server, { resume: client.token });
  assert.is(back.id, client.id);
  await end(server, back);
}));

test('an overloaded server refuses before the upgrade, except resumes', () => withServer({ maxLoad: 1 }, async (server) => {
  // Before the first measurement each stream counts as 0.15 % of a thread.
  const [first] = await Promise.all(Array.from({ length: 6 }, () => stream(server)));
  const { status, headers, body } = await refusedUpgrade(server, '/v1/stream');
  assert.equal([status, headers['retry-after'], body.code], [503, '5', 'too-many-streams']);
  first!.ws.terminate();
  await until(() => server.senders.size === 5);
  assert.is((await stream(server, { resume: first!.token })).id, first!.id);
}));

test('upgrades at other paths are not found; invalid ones don\'t count towards the limit', () => single(async (server) => {
  assert.is((await refusedUpgrade(server, '/v1/nothing')).status, 404);
  assert.is((await refusedUpgrade(server, '/v1/streams/nobody/watch')).body.code, 'not-found');
  for (const broken of ['Sec-WebSocket-Key: short', 'Sec-WebSocket-Version: 99\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==']) {
    const socket = connectTcp(server.port, '127.0.0.1');
    socket.write(`GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${broken}\r\n\r\n`);
    const [data] = await Promise.all([new Promise<Buffer>((resolve) => socket.once('data', resolve)), new Promise((resolve) => socket.once('close', resolve))]);
    assert.match(String(data), /^HTTP\/1.1 4/);
  }
  assert.is(server.senders.size, 0);
  await end(server, await stream(server));
}));

test('pages of other sites are refused, this server\'s own and listed ones are not', () => limited(async (server) => {
  const { status, body } = await refusedUpgrade(server, '/v1/stream', { origin: 'https://evil.org' });
  assert.is(status, 403);
  assert.is(body.code, 'not-allowed');
  assert.is((await refusedUpgrade(server, '/v1/stream', { origin: 'null' })).status, 403);
  await connect(server, '/v1/stream', { origin: 'https://friend.org' });
  await connect(server, '/v1/stream', { origin: `http://127.0.0.1:${server.port}` });
}));

test('a lost connection resumes with its token where the server left off', () => shared(async (server) => {
  const bytes = noise(5 * 22050);
  const whole = await stream(server);
  whole.play(bytes);
  whole.tell({ type: 'stop' });
  const expected = await whole.summary();

  const first = await stream(server);
  first.play(bytes.slice(0, 70_001));
  await first.prediction(({ seq }) => seq === 4);
  first.ws.terminate();
  await until(() => server.streams.get(first.id)?.info().connected === false);
  const second = await connect(server);
  second.tell({ ...START, resume: first.token });
  const ready = await second.ready();
  assert.is(ready.streamId, first.id);
  assert.is(ready.receivedBytes, 70_001);
  second.play(bytes.slice(ready.receivedBytes!));
  second.tell({ type: 'stop' });
  assert.equal(await second.summary(), expected);
  assert.is(second.predictions[0]!.seq, 5);
}));

test('a resume while the old connection is open replaces it: 4001', () => shared(async (server) => {
  const first = await stream(server);
  const second = await stream(server, { resume: first.token });
  assert.is(await first.closed(), 4001);
  assert.is(first.error!.code, 'replaced');
  second.play(noise(10_000));
  await second.prediction();
  assert.is(first.predictions.length, 0);
}));

test('a resume with another format is rejected', () => shared(async (server) => {
  const first = await stream(server);
  const second = await connect(server);
  second.tell({ ...START, sampleRate: 48000, resume: first.token });
  assert.is(await second.closed(), 1008);
  assert.match(second.error!.message, '22050 Hz');
  assert.is(first.closeCode, undefined);
}));

test('after the resume window the stream ends, and its token is unknown', () => timed(async (server) => {
  const first = await stream(server);
  const viewer = await connect(server, `/v1/streams/${first.id}/watch`);
  first.ws.terminate();
  await until(() => server.senders.size === 0);
  clock.advance(14_999);
  assert.not(server.streams.get(first.id)!.isEnding);
  clock.advance(1);
  await viewer.summary();
  const second = await connect(server);
  second.tell({ ...START, resume: first.token });
  await second.closed();
  assert.is(second.error!.code, 'resume-unknown');
}));

test('a resumed stream does not end with the resume window of its first loss', () => timed(async (server) => {
  const first = await stream(server);
  first.ws.terminate();
  await until(() => server.senders.size === 0);
  clock.advance(14_999);
  const second = await stream(server, { resume: first.token });
  clock.advance(15_000);
  assert.not(server.streams.get(second.id)!.isEnding);
}));

test('a clean close counts as stop', () => timed(async (server) => {
  const client = await stream(server);
  const viewer = await connect(server, `/v1/streams/${client.id}/watch`);
  client.play(noise(20_000));
  client.ws.close(1000);
  await viewer.summary();
}));

test('a sender faster than the scoring is paused, and nothing is lost', () => small(async (server) => {
  const client = await stream(server);
  const bytes = noise(30 * 22050);
  for (const piece of cut(bytes, [16_000])) client.play(piece);
  client.tell({ type: 'stop' });
  const summary = await client.summary();
  assert.is(summary.durationMs, 30_000);
  assert.is(client.predictions.length, 86);
  assert.is(client.predictions.at(-1)!.droppedMs, 0);
}));

test('a peer that doesn\'t answer pings is disconnected', () => impatient(async (server) => {
  const client = await connect(server, '/v1/stream', { autoPong: false } as object);
  client.tell(START);
  await client.ready();
  assert.is(await client.closed(), 1006);
  await until(() => server.streams.list().length === 0);
}));

test('a peer that sends audio need not answer pings, but one that stops sending must', () => impatient(async (server) => {
  const client = await connect(server, '/v1/stream', { autoPong: false } as object);
  client.tell(START);
  await client.ready();
  for (let sent = 0; sent < 40; sent++) {
    client.play(noise(100));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.is(client.ws.readyState, client.ws.OPEN);
  assert.is(await client.closed(), 1006);
}));

test('of many streams at once each gets its own predictions', () => small(async (server) => {
  const kinds = [[150, 'low'], [1500, 'middle'], [7000, 'high']] as const;
  await Promise.all(Array.from({ length: 12 }, async (_, index) => {
    const [frequencyHz, label] = kinds[index % 3]!;
    const client = await stream(server);
    for (const piece of cut(tone(frequencyHz, 2000), [1000 + 37 * index])) client.play(piece);
    client.tell({ type: 'stop' });
    assert.is((await client.summary()).genre, label);
  }));
}));

test('nothing leaks after many connections of all kinds', () => forgetful(async (server) => {
  const endings: ((client: Client) => void)[] = [
    (client) => client.ws.terminate(),
    (client) => client.ws.close(),
    (client) => client.tell('nonsense'),
    (client) => client.tell({ type: 'stop' }),
  ];
  for (let round = 0; round < 5; round++) {
    await Promise.all(Array.from({ length: 8 }, async (_, index) => {
      const client = index % 4 === 3 ? await connect(server) : await stream(server);
      if (index % 4 !== 3) client.play(noise(9000));
      endings[(index + round) % 4]!(client);
      await client.closed();
    }));
  }
  await until(() => server.senders.size === 0 && server.streams.list().length === 0);
}));

test('whatever a client sends, the server keeps to its protocol and survives', () => forgetful(async (server) => {
  const anything = fc.oneof(
    fc.string(),
    fc.json(),
    fc.record({ type: fc.constantFrom('start', 'stop', 'x'), version: fc.constantFrom(1, 2), encoding: fc.constantFrom('s16le', 'f32le', 'opus', 'mp3'), sampleRate: fc.oneof(fc.integer(), fc.constant(44100)), channels: fc.integer({ min: -1, max: 9 }), resume: fc.option(fc.string(), { nil: undefined }) }).map((value) => JSON.stringify(value)),
    fc.uint8Array({ maxLength: 5000 }),
  );
  await fc.assert(fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 5 }), async (messages) => {
    const client = await connect(server);
    for (const each of messages) typeof each === 'string' ? client.tell(each) : client.play(each);
    client.ws.close(1000);
    const closeCode = await client.closed();
    assert.ok([1000, 1003, 1005, 1007, 1008].includes(closeCode), String(closeCode));
  }), { numRuns: 40 });
  const client = await stream(server);
  client.play(noise(20_000));
  await client.prediction();
}));

test.run();
