import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { entriesOf, isHls, kindOf, needsMore, type PlaylistKind } from '../../../../server/sources/station/playlist.js';

const BASE = new URL('http://radio.example/dir/list.m3u');
const bytes = (text: string): Uint8Array => Buffer.from(text);
const entries = (kind: PlaylistKind, text: string): string[] => entriesOf(kind, bytes(text), BASE).map(String);

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
    ['video/x-ms-asf', '/x', '<ASX version="3.0">', 'asx'],
    ['text/plain', '/x', '<asx version = "3.0">', 'asx'],
    ['text/html', '/x', '<?xml version="1.0"?>\n<!-- a > comment --><Asx>', 'asx'],
    ['video/x-ms-asf', '/x', '[Reference]\r\nRef1=http://a/', 'pls'],
    ['application/xspf+xml', '/x', '<?xml version="1.0" encoding="UTF-8"?><playlist version="1">', 'xspf'],
    ['text/xml', '/x', '<?xml version="1.0"?>\n<xspf:playlist>', 'xspf'],
    ['application/xml', '/x', '<?xml version="1.0"?><rss>', 'page'],
    ['audio/x-pn-realaudio', '/x.ram', 'http://a/b', 'm3u'],
    ['audio/mpeg', '/x', 'http://a/b', 'm3u'],
    ['text/plain', '/x', '# a comment\nhttp://a/b', 'm3u'],
    ['text/plain', '/x', 'icy://a/b', 'm3u'],
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

test('a playlist behind a password has its entries on the same server behind it, too, and on no other', () => {
  const list = bytes('#EXTM3U\nhttp://radio.example/live\n/b\nhttp://own:one@radio.example/c\nhttp://other.example/d\nhttps://radio.example/e\n');
  assert.equal(entriesOf('m3u', list, new URL('http://me:100%@radio.example/live.m3u')).map(({ href }) => href), [
    'http://me:100%@radio.example/live', 'http://me:100%@radio.example/b', 'http://own:one@radio.example/c', 'http://other.example/d', 'https://radio.example/e',
  ]);
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
  assert.equal(entries('m3u', `${'#\n'.repeat(9999)}http://a/\nhttp://b/`), ['http://a/'], '10,000 lines are read');
  assert.is(entries('m3u', Array.from({ length: 1000 }, (_, k) => `http://a/${k}`).join('\n')).length, 20);
});

test('ASX is read although it is hardly XML', () => {
  assert.equal(entries('asx', `<ASX version="3.0">
    <title>A & B</title><!-- <ref href="http://no/"/> --><param name="href" value="x">
    <Entry><REF HREF = "http://a.example/x?a=1&amp;b=2"/></Entry>
    <entry><ref bufferingtime='0' href='http://b.example/x?a=1&b=2' /><ref href=http://c.example/></entry>
    <entryref href="more.asx" /><ref href="mms://d.example/x"/><ref href="http://a.example/x?a=1&amp;b=2"/>
    <ref></ASX>`), ['http://a.example/x?a=1&b=2', 'http://b.example/x?a=1&b=2', 'http://c.example/', 'http://radio.example/dir/more.asx']);
  assert.equal(entries('pls', '[Reference]\r\nRef1=http://a.example/\r\nRef2=http://b.example/?MSWMExt=.asf\r\n'), ['http://a.example/', 'http://b.example/?MSWMExt=.asf']);
});

test('of XSPF only the locations of tracks count', () => {
  assert.equal(entries('xspf', `<?xml version="1.0"?><playlist xmlns="http://xspf.org/ns/0/"><location>http://self.example/</location>
    <trackList><track><title>One</title><location> http://a.example/?a=1&amp;b=2 </location></track>
    <track><location><![CDATA[http://b.example/?a=1&b=2]]></location><location>c.mp3</location></track></trackList></playlist>`),
  ['http://a.example/?a=1&b=2', 'http://b.example/?a=1&b=2', 'http://radio.example/dir/c.mp3']);
  assert.equal(entries('xspf', '<x:playlist><x:track><x:location>http://a.example/</x:location></x:track></x:playlist>'), ['http://a.example/']);
});

test('playlists in UTF-16 are read', () => {
  const body = Buffer.from('\uFEFF<asx><entry><ref href="http://a.example/"/></entry></asx>', 'utf16le');
  assert.is(kindOf('video/x-ms-asf', '/x', body), 'asx');
  assert.equal(entriesOf('asx', body, BASE).map(String), ['http://a.example/']);
});

test('icy: and quotes around an address are no reason to leave it out', () => {
  assert.equal(entries('m3u', 'icy://a.example:8000/x\n"http://b.example/"'), ['http://a.example:8000/x', 'http://b.example/']);
});

test('whatever the length, a playlist is read in time', () => {
  for (const part of ['<!--', '<', '<a', '<![CDATA[', '<ref href="', '<track><location>', '&', '\n', "'", '<?', '<ref\n', '= ']) {
    const text = part.repeat(1024 * 1024 / part.length);
    const body = bytes(`<ref ${text}`);
    const before = process.cpuUsage();
    for (const kind of ['asx', 'xspf', 'm3u', 'pls'] as const) entriesOf(kind, body, BASE);
    kindOf('text/plain', '/x', body.subarray(0, 65536));
    const { user } = process.cpuUsage(before);
    assert.ok(user < 1_000_000, `${JSON.stringify(part)}: ${user / 1000} ms of CPU`);
  }
});

test('a few bytes of text are too few to tell, those of sound are not', () => {
  for (const text of ['#', '#EXTM3U\n', '<?xml', 'h', '\uFEFF']) assert.ok(needsMore(bytes(text)), text);
  for (const latin1 of ['\xff\xfb', 'OggS\0', 'ID3\x03\0', 'fLaC\0', '#'.repeat(2000)]) assert.not(needsMore(Buffer.from(latin1, 'latin1')), latin1);
});

test.run();
