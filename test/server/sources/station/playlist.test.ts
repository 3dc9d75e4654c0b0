import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { entriesOf, isHls, kindOf } from '../../../../server/sources/station/playlist.js';

const BASE = new URL('http://radio.example/dir/list.m3u');
const bytes = (text: string): Uint8Array => Buffer.from(text);
const entries = (kind: 'pls' | 'm3u', text: string): string[] => entriesOf(kind, bytes(text), BASE).map(String);

test('what comes tells what it is, before its type does', () => {
  for (const [type, path, start, kind] of [
    ['audio/mpeg', '/live', '\xff\xfb\x90', 'sound'],
    ['application/octet-stream', '/live', 'OggS', 'sound'],
    ['', '/live', '', 'sound'],
    ['audio/x-scpls', '/x', '', 'pls'],
    ['text/plain', '/x', '\uFEFF[Playlist]\nFile1=http://a/', 'pls'],
    ['text/html', '/x', '[playlist]\n', 'pls'],
    ['audio/x-mpegurl', '/x', 'http://a/b', 'm3u'],
    ['text/plain', '/x.m3u', 'http://a/b\n', 'm3u'],
    ['audio/mpeg', '/x', '#EXTM3U\n#EXTINF:-1,Radio\nhttp://a/', 'm3u'],
    ['application/vnd.apple.mpegurl', '/x', '#EXTM3U\n#EXT-X-TARGETDURATION:6\n', 'hls'],
    ['text/plain', '/x', '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8', 'hls'],
    ['text/html', '/x', 'sorry', 'page'],
    ['audio/mpeg', '/x', '  <!DOCTYPE html><html>', 'page'],
    ['application/json', '/x', '{}', 'other'],
    ['text/plain', '/x', 'sorry', 'other'],
    ['image/png', '/x', '', 'other'],
  ] as const) {
    assert.is(kindOf(type, path, bytes(start)), kind, `${type} ${start}`);
  }
});

test('HLS is told from M3U by its tags', () => {
  assert.ok(isHls('#EXTM3U\n#EXT-X-VERSION:3\n'));
  assert.not(isHls('#EXTM3U\n#EXTINF:-1,A #EXT-X-VERSION:3\nhttp://a/'));
});

test('addresses are found in order, relative ones too, each once', () => {
  assert.equal(
    entries('pls', '[playlist]\r\nNumberOfEntries=3\r\nFile1=http://a.example:8000/\r\nTitle1=File2=no\r\nfile2 = ../b\r\nFile3=http://a.example:8000/\r\nLength1=-1\r\n'),
    ['http://a.example:8000/', 'http://radio.example/b'],
  );
  assert.equal(
    entries('m3u', '\uFEFF#EXTM3U\n#EXTINF:-1,A\nhttps://a.example/x y\n\nb.mp3\n'),
    ['https://a.example/x%20y', 'http://radio.example/dir/b.mp3'],
  );
});

test('only http and https are followed, and not without end', () => {
  assert.equal(entries('m3u', 'file:///etc/passwd\nrtsp://a/b\nftp://a/b\nhttp://a/\n'), ['http://a/']);
  assert.is(entries('m3u', Array.from({ length: 1000 }, (_, k) => `http://a/${k}`).join('\n')).length, 20);
});

test.run();
