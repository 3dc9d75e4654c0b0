import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SourceFault } from '../../../../server/sources/station/source-event.js';
import { chosenVariant, readMediaPlaylist } from '../../../../server/sources/station/hls-playlist.js';

const BASE = new URL('https://me:pw@radio.example/live/list.m3u8');

function chosen(...lines: readonly string[]): string | undefined {
  return chosenVariant(['#EXTM3U', ...lines].join('\n'), BASE)?.href;
}

test('the smallest variant with sound enough for music is taken', () => {
  const variants = [
    '#EXT-X-STREAM-INF:BANDWIDTH=320000,CODECS="mp4a.40.2"', 'high.m3u8',
    '#EXT-X-STREAM-INF:BANDWIDTH=32000,CODECS="mp4a.40.5"', 'low.m3u8',
    '#EXT-X-STREAM-INF:BANDWIDTH=10000,CODECS="avc1.4d001e"', 'picture.m3u8',
    '#EXT-X-STREAM-INF:BANDWIDTH=96000,CODECS="avc1.4d001e, mp4a.40.2"', 'middle.m3u8',
  ];
  assert.match(chosen(...variants)!, /middle\.m3u8$/);
  assert.match(chosen('#EXT-X-STREAM-INF:BANDWIDTH=24000', 'a.m3u8', '#EXT-X-STREAM-INF:BANDWIDTH=48000', 'b.m3u8')!, /b\.m3u8$/);
  assert.throws(() => chosen('#EXT-X-STREAM-INF:BANDWIDTH=90000,CODECS="avc1.4d001e"', 'picture.m3u8'), /None of the variants/);
});

test('sound that lies beside the picture is taken alone', () => {
  const media = ['#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="de",URI="de.m3u8"', '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="en",DEFAULT=YES,URI="en.m3u8"'];
  assert.match(chosen(...media, '#EXT-X-STREAM-INF:BANDWIDTH=900000,CODECS="avc1.4d001e,mp4a.40.2",AUDIO="a"', 'v.m3u8')!, /en\.m3u8$/);
  assert.match(chosen('#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="de",DEFAULT=YES', '#EXT-X-STREAM-INF:BANDWIDTH=900000,AUDIO="a"', 'v.m3u8')!, /v\.m3u8$/);
});

test('a list of segments has no variants', () => {
  assert.is(chosen('#EXT-X-TARGETDURATION:4', '#EXTINF:4,', 'a.ts'), undefined);
});

test('addresses are relative to the playlist, keep its password on its server, and are of the web', () => {
  assert.is(chosen('#EXT-X-STREAM-INF:BANDWIDTH=90000', '../v.m3u8'), 'https://me:pw@radio.example/v.m3u8');
  assert.is(chosen('#EXT-X-STREAM-INF:BANDWIDTH=90000', 'https://radio.example/v.m3u8'), 'https://me:pw@radio.example/v.m3u8');
  assert.is(chosen('#EXT-X-STREAM-INF:BANDWIDTH=90000', 'https://cdn.example/v.m3u8'), 'https://cdn.example/v.m3u8');
  assert.throws(() => chosen('#EXT-X-STREAM-INF:BANDWIDTH=90000', 'file:///etc/passwd'), /kind file:/);
});

test('segments have their numbers, parts, maps, keys and breaks', () => {
  const { segments, targetMs, hasEnded } = readMediaPlaylist([
    '#EXTM3U', '#EXT-X-TARGETDURATION:4', '#EXT-X-MEDIA-SEQUENCE:258', '#EXT-X-MAP:URI="init.mp4",BYTERANGE="600@0"',
    '#EXTINF:3.5,', '#EXT-X-BYTERANGE:1000@600', 'all.mp4', '#EXTINF:4,', '#EXT-X-BYTERANGE:500', 'all.mp4',
    '#EXT-X-DISCONTINUITY', '#EXT-X-KEY:METHOD=AES-128,URI="key",IV=0x000102030405060708090A0B0C0D0E0F', '#EXTINF:4,', 'b.ts',
    '#EXT-X-KEY:METHOD=AES-128,URI="key"', '#EXTINF:4,', 'c.ts', '#EXT-X-ENDLIST',
  ].join('\n'), BASE);
  assert.equal([targetMs, hasEnded], [4000, true]);
  assert.equal(segments.map(({ number, durationMs, isDiscontinuous }) => [number, durationMs, isDiscontinuous]), [[258, 3500, false], [259, 4000, false], [260, 4000, true], [261, 4000, false]]);
  assert.equal(segments.slice(0, 2).map(({ range }) => range), [{ length: 1000, offset: 600 }, { length: 500, offset: 1600 }]);
  assert.equal([segments[0]!.map?.url.pathname, segments[0]!.map?.range], ['/live/init.mp4', { length: 600, offset: 0 }]);
  assert.equal([...segments[2]!.key!.iv], Array.from({ length: 16 }, (_, i) => i));
  // Without a vector of its own a segment's number is it: 261 = 0x105.
  assert.equal([...segments[3]!.key!.iv], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 5]);
});

test('what is protected otherwise is refused', () => {
  const list = (key: string): string => ['#EXTM3U', '#EXT-X-TARGETDURATION:4', key, '#EXTINF:4,', 'a.ts'].join('\n');
  assert.throws(() => readMediaPlaylist(list('#EXT-X-KEY:METHOD=SAMPLE-AES,URI="key"'), BASE), /encrypted with SAMPLE-AES; only AES-128/);
  assert.throws(() => readMediaPlaylist(list('#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery",KEYFORMATVERSIONS="1"'), BASE), /protected|encrypted/);
  assert.is(readMediaPlaylist(list('#EXT-X-KEY:METHOD=NONE'), BASE).segments[0]!.key, undefined);
});

test('numbers of segments stay whole, whatever the first is said to be', () => {
  const numbers = (first: string): number[] => readMediaPlaylist(['#EXTM3U', '#EXT-X-TARGETDURATION:4', `#EXT-X-MEDIA-SEQUENCE:${first}`, '#EXTINF:4,', 'a.ts', '#EXTINF:4,', 'b.ts'].join('\n'), BASE).segments.map(({ number }) => number);
  assert.equal([numbers('7'), numbers('9007199254740991'), numbers('99999999999999999999')], [[7, 8], [0, 1], [0, 1]]);
});

// Found by npm run fuzz.
test('a playlist that the parser fails on is malformed, and a variant may have no attributes', () => {
  for (const line of ['#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME', '#EXT-X-KEY:METHOD=AES-128,URI="key",IV=0x256']) {
    assert.throws(() => chosen(line, 'a'), (error: Error) => error instanceof SourceFault && /malformed/.test(error.message), line);
  }
  const media = (...lines: readonly string[]): ReturnType<typeof readMediaPlaylist> => readMediaPlaylist(['#EXTM3U', ...lines].join('\n'), BASE);
  assert.throws(() => media(`#EXT-X-KEY:METHOD=AES-128,URI="key",IV=0x${'0'.repeat(40)}`, '#EXTINF:6,', 'a.ts'), (error: Error) => error instanceof SourceFault && /IV is not of 16 bytes/.test(error.message));
  assert.equal(media('#EXT-X-TARGETDURATION:x', '#EXT-X-MEDIA-SEQUENCE:1e30', '#EXTINF:.,', 'a.ts').segments.map(({ durationMs, number }) => [durationMs, number]), [[6000, 1]]);
  assert.match(chosen('#EXT-X-STREAM-INF:', 'v.m3u8')!, /v\.m3u8$/);
});

test.run();
