/** What the servers of stations send besides sound: heads, titles, playlists. */
import * as assert from 'node:assert/strict';
import { chosenVariant, readMediaPlaylist } from '../../../server/sources/station/hls-playlist.js';
import { endOfHead, mayBeHead, readHead } from '../../../server/sources/station/http-head.js';
import { IcyBody } from '../../../server/sources/station/icy.js';
import { entriesOf, isHls, kindOf, needsMore } from '../../../server/sources/station/playlist.js';
import { SourceFault } from '../../../server/sources/station/source-event.js';
import { decodeText } from '../../../server/sources/station/text-encoding.js';
import { readTitle } from '../../../server/sources/station/title.js';
import { Cookies } from '../../../server/sources/station/cookies.js';
import { withMetadata } from '../../server/sources/station/metadata.js';
import { noise } from '../../server/sound.js';
import type { Target } from '../fuzz.js';
import { inPieces } from './cuts.js';

const BASE = new URL('https://me:pw@radio.example/live/list.m3u8');
const lines = (...text: readonly string[]): Uint8Array => Buffer.from(text.join('\n'));

/** Byte 0: the interval of the metadata; the rest is a body. */
export const icy: Target = {
  name: 'icy',
  shape: 'bytes',
  seeds: [
    Buffer.concat([Buffer.from([15]), withMetadata(noise(200), 16, ["StreamTitle='Björk - Jóga';StreamUrl='';", '', "StreamTitle='a';b';"])]),
    Buffer.concat([Buffer.from([0]), withMetadata(noise(8), 1, ["stream_title=It's;x='"])]),
    Buffer.concat([Buffer.from([199]), withMetadata(noise(300), 200, [Buffer.from("\xff\xfeS\0StreamTitle='\xe9\xa9 &amp;#x26;';", 'latin1')])]),
  ],
  words: ["StreamTitle='", "';", "StreamUrl='", '\0', '\xff', '&amp;', '&#x1F600;', '&#0;', 'Stream Title : "', '\xc3\xa9', '\x1b$B'],
  run(input) {
    const interval = 1 + (input[0] ?? 0);
    const read = (pieces: readonly Uint8Array[]): [string, (string | null)[]] => {
      const titles: (string | null)[] = [];
      const body = new IcyBody(interval, (title) => titles.push(title));
      const sound = Buffer.concat(pieces.map((piece) => body.push(piece).slice()));
      for (const title of titles) checkTitle(title);
      return [sound.toString('latin1'), titles];
    };
    assert.deepEqual(read(inPieces(input.subarray(1))), read([input.subarray(1)]), 'pieces give the same sound and titles');
  },
};

export const titles: Target = {
  name: 'titles',
  shape: 'text',
  seeds: [lines('Björk - Jóga &amp; more'), lines('text="Song" song_spot="M" length="00:03:10"'), lines('title="x",artist="y",url="z"'), Buffer.from('Caf\xe9', 'latin1'), Buffer.from('\xff\xfea\0b\0', 'latin1')],
  words: ['&amp;', '&#38;', '&#xd800;', '&nbsp;', '&amp;amp;', 'title="', 'artist="', '\xc3\xa9', '\xef\xbb\xbf', '\xfe\xff', '\u202e', '\0'],
  run(input) {
    for (const charset of [undefined, 'utf-8', 'iso-8859-1', 'shift_jis', 'nonsense']) checkTitle(readTitle(input, charset));
    decodeText(input);
  },
};

function checkTitle(title: string | null): void {
  assert.ok(title === null || (title !== '' && title.length <= 1000 && !/[\x00-\x1f]/.test(title)), JSON.stringify(title));
}

export const heads: Target = {
  name: 'heads',
  shape: 'text',
  seeds: [
    lines('ICY 200 OK\r', 'icy-name:Radio\r', 'icy-metaint: 8000, 8000\r', 'content-type: audio/mpeg\r', '\r', 'sound'),
    lines('HTTP/1.1 302 Found\r', 'Location: http://a/b\r', 'Set-Cookie: a=b; Domain=.radio.example; Max-Age=10; Secure\r', 'Transfer-Encoding: gzip, chunked\r', 'Content-Length: 12\r', '\r', ''),
    lines('', 'HTTP 200', 'Content-Type: audio/aac', ' ; charset=utf-8', 'content-encoding: gzip', '', ''),
  ],
  words: ['HTTP/1.1 200 OK\r\n', 'ICY 200 OK\r\n', '\r\n', '\n', ' ', ':', 'content-length: ', 'set-cookie: a=b; expires=Thu, 01 Jan 1970 00:00:00 GMT', '\0', 'transfer-encoding: chunked'],
  run(input) {
    mayBeHead(input);
    const end = endOfHead(input);
    assert.ok(end >= -1 && end <= input.length);
    const head = readHead(input.subarray(0, end < 0 ? input.length : end));
    if (!head) return;
    assert.ok(head.status >= 0 && head.status <= 999);
    // Node's parser gets this text: no line of it may begin another header.
    assert.match(head.text, /^HTTP\/1\.[01] \d{3} [^\r\n]*\r\n(?:[a-z-]+: [^\r\n\0]+\r\n)*\r\n$/);
    const cookies = new Cookies();
    cookies.store(BASE, [...head.text.matchAll(/^set-cookie: (.*)\r$/gm)].map(([, value]) => value!), 0);
    assert.doesNotMatch(cookies.for(BASE, 0) ?? '', /[\r\n]/);
  },
};

export const playlists: Target = {
  name: 'playlists',
  shape: 'text',
  seeds: [
    lines('[playlist]', 'NumberOfEntries=2', 'File1=http://a.example/live', 'Title1=x', 'Length1=-1', 'File2=/b', 'Version=2'), lines('[Reference]', 'Ref1=http://a.example/?MSWMExt=.asf'),
    lines('#EXTM3U', '#EXTINF:-1,Radio', 'http://a.example/live', '# comment', '../b.mp3'), lines('#EXTM3U', '#EXT-X-STREAM-INF:BANDWIDTH=96000,CODECS="mp4a.40.2"', 'low.m3u8'),
    lines('<asx version = "3.0"><!-- > --><entry><ref HREF = "http://a.example/&amp;b"/></entry><entryref href=\'x\'/></asx>'),
    lines('<?xml version="1.0"?>', '<playlist version="1"><trackList><track><location>http://a.example/live</location></track><track><xs:location><![CDATA[ http://b.example/ ]]></xs:location></track></trackList></playlist>'),
    Buffer.from('\ufeff[playlist]\nFile1=http://a/', 'utf16le'),
  ],
  words: ['File1=', 'Ref1=', '<ref href="', '<location>', '</location>', '<![CDATA[', ']]>', '<!--', '-->', '&#x26;', '#EXTM3U', 'http://', 'icy://', 'file:///etc/passwd', 'javascript:', '<?xml', '<!DOCTYPE a [<!ENTITY b "c">]>', '\0', '='],
  run(input) {
    needsMore(input);
    for (const type of ['', 'text/html', 'audio/x-scpls', 'application/xspf+xml']) kindOf(type, '/list.pls', input);
    for (const kind of ['pls', 'm3u', 'asx', 'xspf'] as const) {
      const entries = entriesOf(kind, input, BASE);
      assert.ok(entries.length <= 20 && entries.every(({ protocol }) => protocol === 'http:' || protocol === 'https:'), entries.map(String).join(' '));
    }
  },
};

export const hls: Target = {
  name: 'hls',
  shape: 'text',
  seeds: [
    lines('#EXTM3U', '#EXT-X-VERSION:3', '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="de",DEFAULT=YES,URI="de.m3u8"', '#EXT-X-STREAM-INF:BANDWIDTH=96000,CODECS="avc1.4d001e, mp4a.40.2",AUDIO="a"', 'v.m3u8'),
    lines('#EXTM3U', '#EXT-X-TARGETDURATION:6', '#EXT-X-MEDIA-SEQUENCE:7', '#EXT-X-KEY:METHOD=AES-128,URI="key",IV=0x00000000000000000000000000000001', '#EXT-X-MAP:URI="init.mp4",BYTERANGE="700@0"', '#EXTINF:6.0,', '#EXT-X-BYTERANGE:1000@0', 'a.ts', '#EXT-X-DISCONTINUITY', '#EXTINF:5,title', 'b.ts', '#EXT-X-ENDLIST'),
    lines('#EXTM3U', '#EXT-X-TARGETDURATION:4', '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z', '#EXT-X-DATERANGE:ID="x",START-DATE="2026-01-01T00:00:00Z",DURATION=3', '#EXTINF:4,', 'a.aac', '#EXT-X-PART:DURATION=1,URI="p.aac"', '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="q.aac"', '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=3', '#EXT-X-PART-INF:PART-TARGET=1'),
  ],
  words: ['#EXT-X-KEY:METHOD=', 'NONE', 'SAMPLE-AES', '#EXT-X-BYTERANGE:', '@', '#EXTINF:', '#EXT-X-MAP:', 'URI="', '#EXT-X-STREAM-INF:', '#EXT-X-MEDIA:', '#EXT-X-I-FRAME-STREAM-INF:', '#EXT-X-SKIP:', '#EXT-X-DEFINE:NAME="a",VALUE="b"', '#EXT-X-START:TIME-OFFSET=', '#EXT-X-CUE-OUT:', 'file:///etc/passwd', '#EXT-X-SESSION-KEY:', '__proto__'],
  run(input) {
    const text = Buffer.from(input).toString();
    isHls(text);
    const readSegments = (): void => {
      const { segments, targetMs } = readMediaPlaylist(text, BASE);
      assert.ok(Number.isFinite(targetMs) && segments.every(({ durationMs, number, key }) => Number.isFinite(durationMs) && Number.isSafeInteger(number) && (!key || key.iv.length === 16)));
    };
    for (const read of [(): unknown => chosenVariant(text, BASE), readSegments]) {
      try {
        read();
      } catch (error) {
        if (!(error instanceof SourceFault)) throw error;
      }
    }
  },
};
