/** Files over HTTP: the answer of `classify --json`, events, every limit at a tiny value, and nothing left behind. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RunningServer, ServerParts } from '../../../../server/assemble.js';
import { classifyFile } from '../../../../server/cli/classify-file.js';
import { FILE_SHARD_SETTINGS } from '../../../../server/files/classify-sound.js';
import type { Classified } from '../../../../server/protocol/messages.js';
import type { Settings } from '../../../../server/settings.js';
import { Shards } from '../../../../server/shards/shards.js';
import { ManualClock } from '../../../support/manual-clock.js';
import { eventually, until } from '../../../support/until.js';
import { FAKE_BUNDLE, FAKE_TAGGED } from '../../fake-classifier.js';
import { FAKE_CLASSIFIER_URL, sharedServer } from '../../rig.js';
import { wavFile } from '../../../../server/sources/wav.js';
import { MONO, tone } from '../../sound.js';
import { childProcesses, Recordings, withPackagedFfmpeg } from '../../sources/recordings.js';
import { HAS_FFMPEG } from '../../sources/station/radio.js';

const test = suite('files over HTTP');
const SECONDS = 9;
const ID = 'file-0123456789abcdef';
let recordings: Recordings;
let music: string;
/** The same, for FFmpeg to decode. */
let encoded: string;
let temporary: string;
const tmpdirBefore = process.env.TMPDIR;

test.before(() => {
  recordings = new Recordings();
  music = recordings.wav('music.wav', SECONDS);
  if (HAS_FFMPEG) encoded = recordings.encode(music, 'encoded.flac');
  temporary = join(recordings.folder, 'temporary');
  mkdirSync(temporary);
  process.env.TMPDIR = temporary;
});
test.after(() => {
  if (tmpdirBefore === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = tmpdirBefore;
  recordings.remove();
});
test.after.each(async () => {
  await eventually('FFmpeg has ended', childProcesses, { fits: (running) => running === 0 });
  assert.equal(readdirSync(temporary), [], 'a temporary file is left');
});

const shared = sharedServer(test);
const small = sharedServer(test, { maxFileBytes: 10_000 });
const strict = sharedServer(test, { maxFiles: 1, maxFileMinutes: 1, helloTimeoutMs: 50 });
const scheduler = new ManualClock();
/** Its time is moved by the tests, and its model knows a tag. */
const slow = sharedServer(test, { fileTimeoutMs: 20_000 }, { scheduler, bundle: { ...FAKE_BUNDLE, manifest: FAKE_TAGGED } } satisfies ServerParts);
/** A test server cuts connections after 0.2 s, which may be before the last answer on a busy machine. */
const guarded = sharedServer(test, { access: 'view', adminToken: 'secret', closeTimeoutMs: 10_000 } satisfies Partial<Settings>);
const ADMIN = { authorization: 'Bearer secret' };

interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

interface Problem {
  readonly code: string;
  readonly detail: string;
}

async function post<Body = Classified>({ url }: RunningServer, body: Uint8Array | FormData, { query = '', headers = {} }: { query?: string; headers?: Record<string, string> } = {}): Promise<Answer<Body>> {
  const response = await fetch(`${url}/v1/classify${query}`, { method: 'POST', body: body as BodyInit, headers });
  return { status: response.status, headers: response.headers, body: await response.json() as Body };
}

/** A request whose body the test writes. */
function open({ port }: RunningServer, headers: Record<string, string> = {}, query = ''): ClientRequest {
  const sent = request({ port, host: '127.0.0.1', method: 'POST', path: `/v1/classify${query}`, headers: { 'content-type': 'application/octet-stream', ...headers } });
  sent.on('error', () => {}); // a connection that the server ends
  sent.flushHeaders();
  return sent;
}

async function answered(sent: ClientRequest): Promise<Answer<Problem>> {
  const [response] = await once(sent, 'response') as [IncomingMessage];
  const parts: Buffer[] = [];
  for await (const each of response) parts.push(each as Buffer);
  return { status: response.statusCode!, headers: new Headers(response.headers as Record<string, string>), body: JSON.parse(Buffer.concat(parts).toString()) as Problem };
}

interface Event {
  readonly type: string;
  readonly data: Record<string, unknown>;
}

function eventsOf(text: string): Event[] {
  return text.split('\n\n').filter(Boolean).map((each) => {
    const [, type, data] = /^event: (.*)\ndata: (.*)$/.exec(each) ?? [];
    return { type: type!, data: JSON.parse(data!) as Record<string, unknown> };
  });
}

const filesMetric = async ({ url }: RunningServer, headers: Record<string, string>): Promise<string> => /^livegenre_files (\d+)/m.exec(await (await fetch(`${url}/metrics`, { headers })).text())![1]!;
const running = (server: RunningServer, count: number, headers: Record<string, string> = {}): Promise<unknown> => eventually(`${count} files`, () => filesMetric(server, headers), { fits: (files) => files === String(count) });

/** With the system's FFmpeg. */
const asItIs = (work: () => Promise<void>): Promise<void> => work();

/** Shards of the command. */
let shards: Shards | undefined;
test.after(() => shards?.close());

/** What the command says of the file. */
async function commandSays(path: string): Promise<Classified> {
  shards ??= await Shards.start({ bundle: FAKE_BUNDLE, shards: 1, classifier: FAKE_CLASSIFIER_URL, settings: FILE_SHARD_SETTINGS });
  return classifyFile(path, shards);
}

for (const name of ['music.wav', 'music.flac', 'index-last.m4a'] as const) {
  test(`${name}: the answer is that of the command`, () => shared((server) => (name === 'music.flac' ? asItIs : withPackagedFfmpeg)(async () => {
    if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
    const path = name === 'music.wav' ? music : recordings.encode(music, name);
    const { file, ...wanted } = await commandSays(path);
    assert.is(file, path);
    assert.ok(wanted.genre !== null && wanted.segments.length > 0);
    assert.equal((await post(server, readFileSync(path), { query: `?name=${name}` })).body, { file: name, ...wanted });
    const form = new FormData();
    form.append('note', 'a field before');
    form.append('file', new Blob([readFileSync(path)]), name);
    assert.equal((await post(server, form)).body, { file: name, ...wanted });
  })));
}

test('tags are in the answer when asked for, and in the predictions', () => slow(async (server) => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const path = recordings.write('deep.wav', wavFile(new Int16Array(tone(150, 1000 * SECONDS).buffer), MONO.sampleRate));
  const { body } = await post(server, readFileSync(path), { query: '?tags=20' });
  assert.equal(body.tags!.map(([name]) => name), ['deep']);
  assert.not('tags' in (await post(server, readFileSync(path))).body);
  assert.is((await post<Problem>(server, Buffer.from('x'), { query: '?tags=21' })).status, 422);
}));

test('a long name is cut', () => shared(async (server) => {
  const { body } = await post(server, readFileSync(music), { query: `?name=${'n'.repeat(300)}` });
  assert.is(body.file, 'n'.repeat(200));
}));

test('the format is told by the content, and a name has no folders', () => shared((server) => withPackagedFfmpeg(async () => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const { status, body } = await post(server, readFileSync(recordings.encode(music, 'music.ogg', '-c:a', 'libvorbis')), { query: `?name=${encodeURIComponent('../../folder\\so\nng.jpg')}` });
  assert.is(status, 200);
  assert.is(body.file, 'song.jpg');
  assert.is(body.error, undefined);
})));

test('events come in order, the last one with the answer', () => shared(async (server) => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const bytes = readFileSync(music);
  const wanted = (await post(server, bytes, { query: '?name=a.wav' })).body;
  const response = await fetch(`${server.url}/v1/classify?name=a.wav&topK=2&spectrogram=1`, { method: 'POST', body: bytes, headers: { accept: 'text/event-stream' } });
  assert.is(response.headers.get('content-type'), 'text/event-stream');
  const events = eventsOf(await response.text());
  assert.equal(events.at(-1), { type: 'summary', data: wanted });
  const of = (type: string): Record<string, unknown>[] => events.filter((event) => event.type === type).map(({ data }) => data);
  const predictions = of('prediction');
  assert.equal(predictions.map(({ seq }) => seq), predictions.map((_, index) => index + 1));
  assert.ok(predictions.some(({ top }) => (top as unknown[]).length === 2));
  assert.is(of('columns').length, predictions.length);
  assert.equal(of('stretch').map(({ fromMs }) => fromMs), [0, 2000, 4000, 6000]);
  const [progress] = of('progress');
  assert.equal([progress!.totalBytes, Object.keys(progress!)], [bytes.length, ['receivedBytes', 'totalBytes', 'scoredMs', 'durationMs', 'elapsedMs']]);
}));

test('another request reads all events under an id', () => shared(async (server) => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const watching = fetch(`${server.url}/v1/classify/${ID}/events`);
  const { status, body } = await post(server, readFileSync(music), { query: `?id=${ID}&spectrogram=1` });
  assert.is(status, 200);
  const events = eventsOf(await (await watching).text());
  assert.equal(events.at(-1), { type: 'summary', data: body });
  assert.is(events.filter(({ type }) => type === 'columns').length, events.filter(({ type }) => type === 'prediction').length);
}));

test('a reader of events stays, however long the file takes', () => slow(async (server) => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const events = await fetch(`${server.url}/v1/classify/${ID}/events`);
  const bytes = readFileSync(music);
  const sent = open(server, {}, `?id=${ID}`);
  sent.write(bytes.subarray(0, 50_000));
  await running(server, 1);
  scheduler.advance(10_000);
  sent.end(bytes.subarray(50_000));
  assert.is((await answered(sent)).status, 200);
  assert.equal(eventsOf(await events.text()).at(-1)!.type, 'summary');
}));

test('a file that is refused is told to the reader of its events, too', () => small(async (server) => {
  const events = await fetch(`${server.url}/v1/classify/${ID}/events`);
  assert.is((await post<Problem>(server, new Uint8Array(10_001), { query: `?id=${ID}` })).status, 413);
  assert.equal(eventsOf(await events.text()).map(({ type, data }) => [type, data.code]), [['error', 'too-big']]);
}));

test('of a file whose events nobody reads, and of events without a file, the wait is limited', () => strict(async (server) => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  assert.is((await post(server, readFileSync(music), { query: `?id=${ID}` })).status, 200);
  const events = eventsOf(await (await fetch(`${server.url}/v1/classify/${ID}/events`)).text());
  assert.equal(events.map(({ type, data }) => [type, data.code]), [['error', 'not-found']]);
  assert.is((await fetch(`${server.url}/v1/classify/short/events`)).status, 422);
}));

test('what is no sound is refused with the cause, and what is wrong with sound is in the answer', () => shared(async (server) => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const flac = readFileSync(recordings.encode(music, 'whole.flac'));
  for (const [bytes, cause] of [
    [new Uint8Array(0), /^x is empty \(0 bytes\)/],
    [Buffer.from('text, in fact\n'.repeat(400)), /^x is not audio that FFmpeg can read/],
    [Buffer.from('ffconcat version 1.0\nfile /etc/passwd\n'), /^x is not audio/],
    [Buffer.from('#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n'), /no format of sound/],
    [readFileSync(recordings.encode(music, 'cut.m4a')).subarray(0, 20_000), /^x is cut off: the index/],
  ] as const) {
    const { status, body } = await post<Problem>(server, bytes, { query: '?name=x' });
    assert.equal([status, body.code], [415, 'not-audio']);
    assert.match(body.detail, cause);
  }
  for (const [bytes, error] of [
    [flac.subarray(0, flac.length / 2), /^is cut off or damaged: \d\.\d s of 9\.0 s/],
    [readFileSync(recordings.silence('silence.wav', 5)), /^is silent$/],
    [readFileSync(recordings.wav('short.wav', 0.3)), /^is too short/],
  ] as const) {
    const { status, body } = await post(server, bytes);
    assert.is(status, 200);
    assert.match(body.error!, error);
  }
}));

test('a form without a file and a compressed body are refused', () => shared(async (server) => {
  const form = new FormData();
  form.append('file', 'only text');
  assert.equal([(await post<Problem>(server, form)).status, (await post<Problem>(server, form)).body.code], [422, 'bad-request']);
  assert.is((await post<Problem>(server, Buffer.from('x'), { headers: { 'content-encoding': 'gzip' } })).status, 422);
  assert.is((await post<Problem>(server, Buffer.from('x'), { query: '?topK=0' })).status, 422);
}));

test('a file over the size limit is refused, announced or not, and another route keeps its own', () => small(async (server) => {
  const announced = await post<Problem>(server, new Uint8Array(10_001));
  assert.equal([announced.status, announced.body.code], [413, 'too-big']);
  assert.match(announced.body.detail, /10000 bytes.*--max-file-bytes/);
  if (HAS_FFMPEG) {
    const sent = open(server);
    sent.end(readFileSync(music));
    assert.equal((await answered(sent)).status, 413);
  }
  const station = await fetch(`${server.url}/v1/stations`, { method: 'POST', body: 'x'.repeat(70_000), headers: { 'content-type': 'application/json' } });
  assert.is(station.status, 413);
  assert.is((await (await fetch(`${server.url}/v1/access`)).json() as { maxFileBytes: number }).maxFileBytes, 10_000);
}));

test('one file more than the limit is refused with when to try again', () => strict(async (server) => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  await running(server, 0);
  const first = open(server);
  first.write(readFileSync(music).subarray(0, 50_000));
  await running(server, 1);
  const { status, headers, body } = await post<Problem>(server, readFileSync(music));
  assert.equal([status, body.code, headers.get('retry-after')], [503, 'too-many-files', '5']);
  first.destroy();
  await running(server, 0);
  assert.is((await post(server, readFileSync(music))).status, 200);
}));

// After the others on its server, which ends the connection before all of the body came.
test('sound over the limit of minutes is refused', () => strict((server) => withPackagedFfmpeg(async () => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const long = recordings.encode(music, 'long.flac', '-filter_complex', 'aloop=loop=20:size=200000');
  const { status, body } = await post<Problem>(server, readFileSync(long));
  assert.equal([status, body.code], [413, 'too-big']);
  assert.match(body.detail, /longer than 1 minutes/);
})));

test('a file of which no bytes come is given up', () => slow(async (server) => {
  const sent = open(server);
  sent.write(Buffer.from('RIFF'));
  await running(server, 1);
  const answer = answered(sent);
  let isAnswered = false;
  void answer.then(() => (isAnswered = true));
  await until(() => {
    scheduler.advance(1000);
    return isAnswered;
  });
  const { status, body } = await answer;
  assert.equal([status, body.code], [408, 'idle']);
  assert.match(body.detail, /20000 ms/);
  sent.destroy();
}));

test('who may only look sends no files', () => guarded(async (server) => {
  const refused = await post<Problem>(server, readFileSync(music));
  assert.equal([refused.status, refused.body.code], [401, 'no-token']);
  assert.is((await fetch(`${server.url}/v1/classify/${ID}/events`)).status, 401);
  if (HAS_FFMPEG) assert.is((await post(server, readFileSync(music), { headers: ADMIN })).status, 200);
  assert.is((await post<Problem>(server, readFileSync(music), { headers: { origin: 'https://elsewhere.example' } })).status, 403);
}));

test('the work ends when the client goes away, whatever it waits for', () => shared((server) => withPackagedFfmpeg(async () => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const decoding = open(server);
  decoding.write(readFileSync(encoded).subarray(0, 300_000));
  await eventually('FFmpeg runs', childProcesses, { fits: (count) => count === 1 });
  const storing = open(server);
  storing.write(readFileSync(recordings.encode(music, 'stored.m4a')).subarray(0, 20_000));
  await eventually('a temporary file', async () => readdirSync(temporary).length, { fits: (count) => count === 1 });
  await running(server, 2);
  decoding.destroy();
  storing.destroy();
  await running(server, 0);
})));

test('the wait for a reader of events ends with the client, too', () => slow(async (server) => {
  // Short, so that it arrives as a whole: that a client has gone is noticed by reading.
  const sent = open(server, {}, `?id=${ID}`);
  sent.end('RIFF');
  await running(server, 1);
  sent.destroy();
  await running(server, 0);
}));

test('when the reader of the events in a response goes away, the work ends', () => shared((server) => withPackagedFfmpeg(async () => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const sent = open(server, { accept: 'text/event-stream' });
  sent.write(readFileSync(encoded).subarray(0, 300_000));
  const [response] = await once(sent, 'response') as [IncomingMessage];
  await once(response, 'data');
  await eventually('FFmpeg runs', childProcesses, { fits: (count) => count === 1 });
  response.destroy();
  await running(server, 0);
})));

test('at shutdown files end with the reason', () => guarded(async (server) => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const sent = open(server, ADMIN);
  sent.write(readFileSync(music).subarray(0, 300_000));
  await running(server, 1, ADMIN);
  const answer = answered(sent);
  const closed = server.close();
  const { status, body } = await answer;
  sent.destroy();
  assert.equal([status, body.code], [503, 'going-away']);
  await closed;
}));

test('without an FFmpeg of its own the server takes WAVs only', () => shared(async (server) => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const { PATH, FFMPEG_PATH } = process.env;
  process.env.PATH = '/nowhere';
  delete process.env.FFMPEG_PATH;
  try {
    assert.is((await post(server, readFileSync(music))).status, 200);
    const { status, body } = await post<Problem>(server, readFileSync(encoded));
    assert.equal([status, body.code], [501, 'no-decoder']);
    assert.match(body.detail, /FFmpeg, and it was not found/);
  } finally {
    process.env.PATH = PATH;
    if (FFMPEG_PATH !== undefined) process.env.FFMPEG_PATH = FFMPEG_PATH;
  }
}));

test.run();
