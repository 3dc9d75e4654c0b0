import { createCipheriv, randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findFfmpeg } from '../../../../server/sources/ffmpeg.js';
import { Cookies } from '../../../../server/sources/station/cookies.js';
import { DISCONTINUITY, HlsStream } from '../../../../server/sources/station/hls.js';
import { Recordings, withPackagedFfmpeg } from '../recordings.js';
import { gone, HAS_FFMPEG, Heard, loudness, Radio } from './radio.js';
import { LOOPBACK } from '../../../support/loopback.js';

const test = suite('HLS');
const BASE_LINES = ['#EXTM3U', '#EXT-X-VERSION:3'];
let recordings: Recordings;
let radio: Radio;

test.before(() => {
  recordings = new Recordings();
});
test.before.each(async () => {
  radio = await Radio.start();
});
test.after.each(() => radio.close());
test.after(() => recordings.remove());

/** A live playlist of segments `from` to `to`, of 2 s each. */
function playlist(from: number, to: number, { end = false, before = [] as readonly string[], line = (n: number): readonly string[] => [`${n}.ts`] } = {}): string {
  const segments = Array.from({ length: to - from + 1 }, (_, k) => ['#EXTINF:2.0,', ...line(from + k)]).flat();
  return [...BASE_LINES, '#EXT-X-TARGETDURATION:2', `#EXT-X-MEDIA-SEQUENCE:${from}`, ...before, ...segments, ...(end ? ['#EXT-X-ENDLIST'] : [])].join('\n');
}

/** Plays an HLS stream whose playlist the test advances: a wait is over when the test says so. */
class Player {
  readonly stop = new AbortController();
  readonly waitsMs: number[] = [];
  nowMs = 0;
  /** Called at each wait, to change the playlist; false ends it all. */
  onWait: () => boolean = () => false;

  /** All segments' bytes as text, breaks as |, until `onWait` ends it. */
  async play(text: string): Promise<string> {
    const heard: string[] = [];
    const stream = await HlsStream.open(text, new URL(radio.url('/live/list.m3u8')), {
      signal: this.stop.signal,
      timeoutMs: 5000,
      guard: LOOPBACK,
      cookies: new Cookies(),
      now: () => this.nowMs,
      wait: async (ms) => {
        this.waitsMs.push(ms);
        this.nowMs += ms;
        if (!this.onWait()) throw new Error('the test is over');
      },
    });
    try {
      for await (const bytes of stream.bytes()) heard.push(bytes === DISCONTINUITY ? '|' : Buffer.from(bytes).toString());
    } catch (error) {
      if ((error as Error).message !== 'the test is over') heard.push(`! ${(error as Error).message}`);
    }
    return heard.join(' ');
  }
}

function segments(...numbers: readonly number[]): void {
  for (const n of numbers) radio.serve(`/live/${n}.ts`, 'video/mp2t', String(n));
}

const LIST = '/live/list.m3u8';
const asked = (path: string): number => radio.requests.filter(({ url }) => url === path).length;

test('a live playlist begins three target durations from its end, and goes on in order, nothing twice', async () => {
  segments(10, 11, 12, 13, 14, 15, 16, 17);
  const player = new Player();
  const lists = [playlist(11, 16), playlist(11, 16), playlist(13, 17)];
  player.onWait = () => {
    const next = lists.shift();
    if (next !== undefined) radio.serve(LIST, 'application/vnd.apple.mpegurl', next);
    return next !== undefined;
  };
  assert.is(await player.play(playlist(10, 15)), '13 14 15 16 17');
  // RFC 8216, 6.3.4: the target duration after news, half of it after none.
  assert.equal(player.waitsMs, [2000, 2000, 1000, 2000]);
});

test('lists of lists, and what is too long, are refused', async () => {
  const list = ['#EXTM3U', '#EXT-X-STREAM-INF:BANDWIDTH=96000,CODECS="mp4a.40.2"', 'list.m3u8'].join('\n');
  const refused = async (text: string, why: RegExp): Promise<void> => assert.match(await new Player().play(text).catch((error: Error) => error.message), why);
  radio.serve(LIST, 'application/vnd.apple.mpegurl', list);
  await refused(list, /more than 2 nested lists/);
  radio.serve(LIST, 'application/vnd.apple.mpegurl', `${playlist(0, 1)}\n#${'x'.repeat(4 * 1024 * 1024)}`);
  await refused(list, /limit of 4194304 bytes/);
  segments(0, 1, 2, 3, 4);
  radio.serve('/live/init.mp4', 'video/mp4', Buffer.alloc(1024 * 1024 + 1));
  await refused(playlist(0, 4, { end: true, before: ['#EXT-X-MAP:URI="init.mp4"'] }), /limit of 1048576 bytes/);
});

test('one that has ended is played from its start, and ends', async () => {
  segments(0, 1, 2, 3, 4);
  assert.is(await new Player().play(playlist(0, 4, { end: true })), '0 1 2 3 4');
});

test('what slid out of the playlist meanwhile is left out', async () => {
  segments(1, 2, 3, 30, 31, 32);
  const player = new Player();
  player.onWait = () => {
    radio.serve(LIST, 'application/vnd.apple.mpegurl', playlist(30, 32));
    return player.waitsMs.length < 2;
  };
  assert.is(await player.play(playlist(1, 3)), '1 2 3 30 31 32');
});

test('a server that counts from the start again is followed', async () => {
  segments(100, 101, 102, 0, 1, 2, 3);
  const player = new Player();
  player.onWait = () => {
    radio.serve(LIST, 'application/vnd.apple.mpegurl', playlist(0, 3));
    return player.waitsMs.length < 2;
  };
  assert.is(await player.play(playlist(100, 102)), '100 101 102 1 2 3');
});

test('breaks are told, and a map comes first and where it changes', async () => {
  segments(1, 2, 3, 4);
  radio.serve('/live/a.mp4', 'video/mp4', 'A');
  radio.serve('/live/b.mp4', 'video/mp4', 'B');
  const line = (n: number): string[] => [`${n}.ts`, ...(n === 2 ? ['#EXT-X-DISCONTINUITY'] : []), ...(n === 3 ? ['#EXT-X-MAP:URI="b.mp4"'] : [])];
  assert.is(await new Player().play(playlist(1, 4, { end: true, before: ['#EXT-X-MAP:URI="a.mp4"'], line })), 'A 1 2 | A 3 | B 4');
});

test('parts of a file are asked for as such', async () => {
  const all = 'iiAABBB';
  radio.pages.set('/live/all.mp4', (request, response) => {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    response.writeHead(206).end(all.slice(Number(from), Number(to) + 1));
  });
  const line = (n: number): string[] => [n === 1 ? '#EXT-X-BYTERANGE:2@2' : '#EXT-X-BYTERANGE:3', 'all.mp4'];
  assert.is(await new Player().play(playlist(1, 2, { end: true, before: ['#EXT-X-MAP:URI="all.mp4",BYTERANGE="2@0"'], line })), 'ii AA BBB');
});

test('from a server that ignores ranges, or sends more than the part, the part is taken', async () => {
  const all = 'iiAABBB';
  const line = (n: number): string[] => [n === 1 ? '#EXT-X-BYTERANGE:2@2' : '#EXT-X-BYTERANGE:3@4', 'all.mp4'];
  const text = playlist(1, 2, { end: true, before: ['#EXT-X-MAP:URI="all.mp4",BYTERANGE="2@0"'], line });
  radio.serve('/live/all.mp4', 'video/mp4', all);
  assert.is(await new Player().play(text), 'ii AA BBB');
  radio.pages.set('/live/all.mp4', (_, response) => response.writeHead(206, { 'Content-Range': `bytes 0-6/7` }).end(all));
  assert.is(await new Player().play(text), 'ii AA BBB');
  radio.serve('/live/all.mp4', 'video/mp4', all.slice(0, 3));
  assert.match(await new Player().play(text), /^ii A ?$|^ii A/);
  radio.pages.set('/live/all.mp4', (_, response) => response.writeHead(206, { 'Content-Range': 'bytes 5-6/7' }).end('BB'));
  assert.match(await new Player().play(text), /another byte range \(from 5\)/);
});

test('the cookie of a playlist is sent for its segments and reloads', async () => {
  for (const n of [1, 2, 3]) {
    radio.pages.set(`/live/${n}.ts`, (request, response) => (request.headers.cookie === 'token=x' ? response.end(String(n)) : response.writeHead(403).end()));
  }
  radio.serve('/live/inner.m3u8', 'application/vnd.apple.mpegurl', playlist(1, 3, { end: true }), { 'Set-Cookie': 'token=x; Path=/live' });
  assert.is(await new Player().play('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=90000\n/live/inner.m3u8'), '1 2 3');
});

test('segments and playlists may be compressed, over connections that are kept', async () => {
  for (const n of [1, 2, 3]) radio.serve(`/live/${n}.ts`, 'video/mp2t', gzipSync(String(n)), { 'Content-Encoding': 'gzip' });
  radio.serve('/live/inner.m3u8', '', gzipSync(playlist(1, 3, { end: true })));
  assert.is(await new Player().play('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=90000\n/live/inner.m3u8'), '1 2 3');
  assert.is(new Set(radio.requests.map(({ socket }) => socket)).size, 1);
});

test('AES-128 is decrypted, its key asked for once', async () => {
  const key = randomBytes(16);
  radio.serve('/live/key', 'application/octet-stream', key);
  for (const n of [5, 6]) {
    const iv = Buffer.alloc(16);
    iv.writeUInt8(n, 15);
    const cipher = createCipheriv('aes-128-cbc', key, iv);
    radio.serve(`/live/${n}.ts`, 'video/mp2t', Buffer.concat([cipher.update(`clear ${n}`), cipher.final()]));
  }
  const text = playlist(5, 6, { end: true, before: ['#EXT-X-KEY:METHOD=AES-128,URI="key"'] });
  assert.is((await new Player().play(text)).replaceAll(/ +/g, ' ').trim(), 'clear 5 clear 6');
  assert.is(asked('/live/key'), 1);
  radio.serve('/live/key', 'application/octet-stream', 'short');
  assert.is(await new Player().play(text), '! The HLS stream\'s key has 5 bytes; AES-128 needs 16.');
});

test('a missing segment is left out; three failures in a row are told', async () => {
  segments(1, 3, 4, 8);
  assert.is(await new Player().play(playlist(1, 4, { end: true })), '1 3 4');
  assert.is(await new Player().play(playlist(3, 8, { end: true })), '3 4 ! The server answers with 404 Not Found.');
});

test('a playlist that can not be loaded is tried again, three times', async () => {
  segments(1, 2, 3, 4);
  const player = new Player();
  player.onWait = () => {
    if (player.waitsMs.length === 3) radio.serve(LIST, 'application/vnd.apple.mpegurl', playlist(1, 4));
    if (player.waitsMs.length === 4) radio.pages.delete(LIST);
    return true;
  };
  assert.is(await player.play(playlist(1, 3)), '1 2 3 4 ! The server answers with 404 Not Found.');
  assert.equal(player.waitsMs, [2000, 1000, 1000, 2000, 1000, 1000]);
});

test('lists of variants that lead to each other are told', async () => {
  radio.serve(LIST, 'application/vnd.apple.mpegurl', '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=90000\nlist.m3u8');
  const error = await new Player().play('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=90000\nlist.m3u8').catch((thrown: Error) => thrown.message);
  assert.match(error, /more than 2 nested lists/);
});

for (const [kind, args, files] of [
  ['MPEG-TS', [], /\.ts$/],
  ['fMP4', ['-hls_segment_type', 'fmp4'], /\.m4s$/],
] as const) {
  test(`AAC in ${kind}, as FFmpeg makes it, is heard through a list of variants`, async () => {
    if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
    const folder = join(recordings.folder, kind);
    mkdirSync(folder);
    const wav = recordings.wav('music.wav', 6);
    execFileSync(findFfmpeg(), ['-nostdin', '-loglevel', 'error', '-i', wav, '-c:a', 'aac', '-f', 'hls', '-hls_time', '1', '-hls_list_size', '0', ...args, join(folder, 'list.m3u8')]);
    for (const name of readdirSync(folder)) radio.serve(`/live/${name}`, '', readFileSync(join(folder, name)));
    assert.ok(readdirSync(folder).filter((name) => files.test(name)).length > 3);
    const master = radio.serve('/master.m3u8', 'application/vnd.apple.mpegurl', '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=90000,CODECS="mp4a.40.2"\nlive/list.m3u8\n');
    const heard = new Heard(master);
    await heard.hear(3);
    assert.ok(loudness(heard.sound) > 0.02);
    assert.equal([heard.of('source')[0]?.codec, heard.of('source')[0]?.sampleRate], ['aac', 22050]);
    assert.is(heard.of('opened')[0]!.stallAfterMs, 3000);
    heard.subscription.unsubscribe();
    await gone();
  });
}

test('after a break another FFmpeg goes on where the first ended', () => withPackagedFfmpeg(async () => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const wav = recordings.wav('short.wav', 1);
  radio.serve('/live/1.ts', '', readFileSync(recordings.encode(wav, '1.ts', '-c:a', 'aac', '-f', 'mpegts')));
  radio.serve('/live/2.ts', '', readFileSync(recordings.encode(wav, '2.mp3', '-ar', '44100')));
  const url = radio.serve(LIST, 'application/vnd.apple.mpegurl', playlist(1, 2, { end: true, line: (n) => [`${n}.ts`, ...(n === 1 ? ['#EXT-X-DISCONTINUITY'] : [])] }));
  const heard = new Heard(url);
  assert.is(await heard.over(), undefined);
  assert.equal(heard.of('source').map(({ codec }) => codec), ['aac', 'mp3']);
  assert.ok(Math.abs(heard.seconds - 2) < 0.2, `${heard.seconds} s`);
  await gone();
}));

test.run();
