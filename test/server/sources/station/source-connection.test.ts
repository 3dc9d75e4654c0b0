import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fetchAnswer } from '../../../../server/sources/station/fetch.js';
import { LOOPBACK } from '../../../support/loopback.js';
import { until } from '../../../support/until.js';
import { Recordings, withPackagedFfmpeg } from '../recordings.js';
import { withMetadata } from './metadata.js';
import { ffmpegs, gone, HAS_FFMPEG, Heard, loudness, Radio } from './radio.js';

const test = suite('listening to a station once');
/** Less than is played at once, so that no test waits for its sound. */
const SECONDS = 2;
const FORMATS = [
  ['a.mp3', 'audio/mpeg', 'mp3', ['-ar', '44100', '-ac', '2']],
  ['a.aac', 'audio/aac', 'aac', ['-ar', '44100', '-ac', '2', '-f', 'adts']],
  ['vorbis.ogg', 'application/ogg', 'vorbis', ['-c:a', 'libvorbis']],
  ['opus.ogg', 'audio/ogg', 'opus', ['-c:a', 'libopus']],
  ['a.flac', 'audio/flac', 'flac', []],
  ['flac.ogg', 'audio/ogg', 'flac', ['-c:a', 'flac', '-f', 'ogg']],
  ['a.ts', 'video/mp2t', 'aac', ['-c:a', 'aac', '-f', 'mpegts']],
  ['a.mp4', 'audio/mp4', 'aac', ['-c:a', 'aac', '-movflags', 'frag_keyframe+empty_moov+default_base_moof', '-frag_duration', '500000']],
  ['odd.mp3', '', 'mp3', ['-ar', '22050', '-b:a', '32k']],
] as const;
/** For a server that goes on in another format: too many bytes to arrive in one piece, of which only the first format would be known. */
const DENSE = { mp3: ['-ar', '44100', '-ac', '2', '-b:a', '320k'], aac: ['-ar', '44100', '-ac', '2', '-b:a', '320k', '-f', 'adts'], ogg: ['-ar', '44100', '-ac', '2', '-c:a', 'libvorbis', '-q:a', '8'] } as const;
let recordings: Recordings;
let radio: Radio;
let wav: string;
let mp3: Uint8Array;

/** A test with a radio server, after which every FFmpeg ends. */
function check(name: string, body: () => Promise<void>): void {
  if (!HAS_FFMPEG) return void test(name, () => console.log('skipped: no ffmpeg on this system'));
  test(name, async () => {
    radio = await Radio.start();
    try {
      await body();
    } finally {
      await radio.close();
    }
    await gone();
  });
}

/** The same with the packaged FFmpeg: for what is not about the sound. */
const checkPackaged = (name: string, body: () => Promise<void>): void => check(name, () => withPackagedFfmpeg(body));

test.before(() => {
  recordings = new Recordings();
  if (!HAS_FFMPEG) return;
  wav = recordings.wav('music.wav', SECONDS);
  recordings.encodeAll(wav, [
    ...FORMATS.map(([name, , , args]) => [name, args] as const), ['music.mp3', ['-ar', '44100', '-ac', '2', '-b:a', '128k']],
    ['from.mp3', DENSE.mp3], ['from.aac', DENSE.aac],
  ]);
  recordings.encodeAll(recordings.wav('shorter.wav', 1.5), [['to.mp3', DENSE.mp3], ['to.aac', DENSE.aac], ['to.ogg', DENSE.ogg]]);
  mp3 = made('music.mp3');
});
test.after(() => recordings.remove());

/** One that was made before the first test. */
function made(name: string): Uint8Array {
  return readFileSync(join(recordings.folder, name));
}

check('a mono station is as loud as it was sent', async () => {
  const heard = new Heard(radio.serve('/live', 'audio/flac', made('a.flac')));
  assert.is(await heard.over(), undefined);
  const sent = new Int16Array(readFileSync(wav).buffer.slice(44));
  assert.ok(Math.abs(20 * Math.log10(loudness(heard.sound) / loudness(sent))) < 0.1);
});

for (const [name, contentType, codec] of FORMATS) {
  check(`${name} is heard, all of it`, async () => {
    const heard = new Heard(radio.serve('/live', contentType, made(name)));
    assert.is(await heard.over(), undefined);
    assert.ok(Math.abs(heard.seconds - SECONDS) < 0.15, `${heard.seconds} s`);
    assert.ok(loudness(heard.sound) > 0.02);
    const [source] = heard.of('source');
    assert.equal([source?.codec, source?.contentType], [codec, contentType]);
    assert.is(heard.of('opened').length, 1);
  });
}

check('what FFmpeg finds is told, and what the station says of itself', async () => {
  const heard = new Heard(radio.begin('/live', 'audio/mpeg; charset=utf-8', mp3, { 'icy-name': Buffer.from('Rädio').toString('latin1'), 'icy-br': '128,128' }));
  await heard.hear(1);
  assert.equal(heard.of('source'), [{ type: 'source', codec: 'mp3', bitrateKbps: 128, sampleRate: 44100, channels: 2, contentType: 'audio/mpeg', name: 'Rädio' }]);
  heard.subscription.unsubscribe();
});

check('sound entered in the middle of a frame is heard soon', async () => {
  const heard = new Heard(radio.begin('/live', 'audio/mpeg', mp3.subarray(777, 777 + 32_000)));
  await heard.hear(1);
  heard.subscription.unsubscribe();
});

checkPackaged('titles are told once each, and leave no trace in the sound', async () => {
  const titles = ["StreamTitle='It's; a - title';", '', "StreamTitle='It's; a - title';", Buffer.from("StreamTitle='Caf\xe9';", 'latin1'), "StreamTitle='';"];
  const plain = new Heard(radio.serve('/plain', 'audio/mpeg', mp3));
  const heard = new Heard(radio.serve('/live', 'audio/mpeg', withMetadata(mp3, 4096, titles), { 'icy-metaint': '4096' }));
  assert.equal([await heard.over(), await plain.over()], [undefined, undefined]);
  assert.equal(heard.of('title').slice(0, 3).map(({ title }) => title), ["It's; a - title", 'Café', null]);
  assert.equal(heard.sound, plain.sound);
  assert.is(radio.requests.at(-1)!.headers['icy-metadata'], '1');
});

checkPackaged('Shoutcast\'s own status line is understood', async () => {
  const server = createServer((socket) => {
    socket.once('data', () => {
      // In pieces, as networks do.
      socket.write('IC');
      setImmediate(() => {
        socket.write('Y 200 OK\r\nicy-notice1:<BR>hello<BR>\r\nicy-metaint:4096\r\ncontent-type:audio/mpeg\r\n\r\n');
        socket.end(withMetadata(mp3, 4096, ["StreamTitle='v1';"]));
      });
    }).on('error', () => {});
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const heard = new Heard(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  assert.is(await heard.over(), undefined);
  assert.ok(heard.seconds > SECONDS - 0.2);
  assert.is(heard.of('title')[0]?.title, 'v1');
  server.close();
});

/** Runs a server on a bare socket, which answers as the test says. */
async function withSocket(answer: (socket: Socket, request: string) => void, body: (url: string) => Promise<void>): Promise<void> {
  const server = createServer((socket) => {
    socket.once('data', (request) => answer(socket, request.toString('latin1'))).on('error', () => {});
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    await body(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.close();
  }
}

for (const [name, head] of [
  ['bare line feeds', 'HTTP/1.0 200 OK\ncontent-type: audio/mpeg\n\n'],
  ['bare line feeds after Shoutcast\'s status line', 'ICY 200 OK\nicy-name: LF\ncontent-type: audio/mpeg\n\n'],
  ['mixed ends of lines', '\r\nHTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\n\r\n'],
  ['a space in a name', 'HTTP/1.0 200 OK\r\ncontent-type: audio/mpeg\r\nicy notice1: <BR>hello\r\n\r\n'],
  ['a space before a colon', 'HTTP/1.1 200 OK\r\ncontent-type : audio/mpeg\r\n\r\n'],
  ['a control character', 'HTTP/1.0 200 OK\r\ncontent-type: audio/mpeg\r\nicy-description: a \x07b\r\n\r\n'],
  ['lengths that are none', 'HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ncontent-length: -1\r\ncontent-length: many\r\n\r\n'],
  ['a line without a colon', 'HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\nhello\r\n\r\n'],
  ['many long headers', `HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\n${`x-policy: ${'x'.repeat(6000)}\r\n`.repeat(9)}\r\n`],
  ['an interim answer before', 'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\n\r\n'],
] as const) {
  check(`a head with ${name} is understood, whole and in pieces`, () => withSocket((socket, request) => {
    if (request.startsWith('GET /pieces')) {
      // One byte after the other, as slow networks do.
      for (const byte of Buffer.from(head, 'latin1')) socket.write(Uint8Array.of(byte));
      socket.end(mp3);
    } else {
      socket.end(Buffer.concat([Buffer.from(head, 'latin1'), mp3]));
    }
  }, async (url) => {
    for (const address of [url, `${url}pieces`]) {
      const answer = await fetchAnswer(new URL(address), { signal: new AbortController().signal, timeoutMs: 10_000, guard: LOOPBACK });
      const parts: Uint8Array[] = [];
      for await (const part of answer.bytes()) parts.push(part);
      assert.is(Buffer.compare(Buffer.concat(parts), mp3), 0);
      assert.is(answer.contentType, 'audio/mpeg');
    }
  }));
}

checkPackaged('a head that is too long, or no HTTP, is told', async () => {
  await withSocket((socket) => socket.write(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`), async (url) => {
    assert.match((await new Heard(url).over())!.message, /head of the server's answer is longer than the limit of 65536 bytes/);
  });
  await withSocket((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), async (url) => {
    assert.match((await new Heard(url).over())!.message, /^The server (does not answer in HTTP|breaks the rules of HTTP)/);
  });
});

checkPackaged('a redirect without the empty line after it is followed', () => withSocket((socket) => {
  socket.end(`HTTP/1.1 302 Found\r\nLocation: ${radio.serve('/l\u00e9', 'audio/mpeg', mp3)}\r\n`);
}, async (url) => {
  radio.serve('/l%C3%A9', 'audio/mpeg', mp3);
  assert.is(await new Heard(url).over(), undefined);
}));

checkPackaged('an interval that comes twice takes the titles out of the sound', () => withSocket((socket) => {
  socket.write('HTTP/1.0 200 OK\r\ncontent-type: audio/mpeg\r\nicy-metaint: 8000\r\nIcy-Metaint:8000\r\n\r\n');
  socket.end(withMetadata(mp3, 8000, ["StreamTitle='Twice';"]));
}, async (url) => {
  const plain = new Heard(radio.serve('/plain', 'audio/mpeg', mp3));
  const heard = new Heard(url);
  assert.equal([await heard.over(), await plain.over()], [undefined, undefined]);
  assert.equal(heard.sound, plain.sound);
  assert.is(heard.of('title')[0]?.title, 'Twice');
}));

checkPackaged('a playlist that comes in small pieces, or compressed, is followed', async () => {
  const list = `#EXTM3U\n${radio.serve('/live', 'audio/mpeg', mp3)}\n`;
  radio.pages.set('/tiny', (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain' }).write(list.slice(0, 3));
    let at = 3;
    const more = setInterval(() => (at < list.length ? response.write(list[at++]) : response.end()), 5);
    response.on('close', () => clearInterval(more));
  });
  radio.serve('/gz', 'audio/x-mpegurl', gzipSync(list), { 'Content-Encoding': 'gzip' });
  radio.serve('/unsaid', 'application/octet-stream', gzipSync(list));
  radio.serve('/bomb', 'audio/x-mpegurl', gzipSync(Buffer.alloc(50_000_000, '#')), { 'Content-Encoding': 'gzip' });
  for (const path of ['/tiny', '/gz', '/unsaid']) assert.is(await new Heard(radio.url(path)).over(), undefined, path);
  assert.match((await new Heard(radio.url('/bomb')).over())!.message, /longer than the limit of 4194304 bytes/);
});

checkPackaged('a text that comes to no end is not waited for', async () => {
  radio.begin('/text', 'audio/mpeg', Buffer.from('nothing'));
  const heard = new Heard(radio.url('/text'), { stallAfterMs: 200 });
  await heard.until(() => heard.of('opened').length > 0);
  heard.subscription.unsubscribe();
});

checkPackaged('a redirect gets its cookie back, and other servers do not', async () => {
  const other = await Radio.start();
  other.serve('/live', 'audio/mpeg', mp3);
  radio.pages.set('/live', (request, response) => {
    if (request.headers.cookie === 'sid=1') response.writeHead(302, { Location: other.url('/live') }).end();
    else response.writeHead(302, { 'Location': '/live', 'Set-Cookie': 'sid=1; Path=/' }).end();
  });
  assert.is(await new Heard(radio.url('/live')).over(), undefined);
  assert.is(radio.requests.length, 2);
  // The same name on another port is the same host for cookies, as in browsers.
  assert.is(other.requests[0]!.headers.cookie, 'sid=1');
  await other.close();
});

checkPackaged('ASX and XSPF are followed', async () => {
  radio.serve('/live', 'audio/mpeg', mp3);
  radio.serve('/x.asx', 'video/x-ms-asf', '<ASX version="3.0"><Entry><Ref HREF="/x.xspf"/></Entry></ASX>');
  radio.serve('/x.xspf', 'application/xspf+xml', '<?xml version="1.0"?><playlist><trackList><track><location>/live</location></track></trackList></playlist>');
  assert.is(await new Heard(radio.url('/x.asx')).over(), undefined);
  assert.equal(radio.requests.map(({ url }) => url), ['/x.asx', '/x.xspf', '/live']);
});

for (const [from, to] of [['mp3', 'aac'], ['aac', 'mp3'], ['mp3', 'ogg']] as const) {
  checkPackaged(`a server that goes on in ${to} after ${from} is heard on, on the same connection`, async () => {
    const heard = new Heard(radio.serve('/live', 'audio/mpeg', Buffer.concat([made(`from.${from}`), made(`to.${to}`)])));
    assert.is(await heard.over(), undefined);
    assert.ok(Math.abs(heard.seconds - 3.5) < 0.5, `${heard.seconds} s`);
    assert.equal(heard.of('source').map(({ codec }) => codec), [from, to === 'ogg' ? 'vorbis' : to]);
    assert.is(radio.requests.length, 1);
  });
}

check('an Ogg that goes on with another codec ends with the reason', async () => {
  const ogg = Buffer.concat([made('vorbis.ogg'), made('opus.ogg')]);
  const heard = new Heard(radio.begin('/live', 'audio/ogg', ogg));
  assert.match((await heard.over())!.message, /^Bytes arrive, but the decoder has ended: .* format has changed\.$/);
});

checkPackaged('redirects are followed, but not for ever, and not to other places than the web', async () => {
  radio.pages.set('/a', (_, response) => response.writeHead(302, { Location: '/live' }).end());
  radio.pages.set('/loop', (_, response) => response.writeHead(301, { Location: '/loop' }).end());
  radio.pages.set('/file', (_, response) => response.writeHead(301, { Location: 'file:///etc/passwd' }).end());
  radio.serve('/live', 'audio/mpeg', mp3);
  assert.is(await new Heard(radio.url('/a')).over(), undefined);
  assert.match((await new Heard(radio.url('/loop')).over())!.message, /more than 10 times/);
  assert.match((await new Heard(radio.url('/file')).over())!.message, /kind file:/);
});

checkPackaged('the address\'s user and password are sent, to that server only', async () => {
  radio.pages.set('/live', (request, response) => {
    if (request.headers.authorization === `Basic ${Buffer.from('me:s3cret/').toString('base64')}`) response.writeHead(200, { 'Content-Type': 'audio/mpeg' }).end(mp3);
    else response.writeHead(401).end();
  });
  radio.pages.set('/here', (_, response) => response.writeHead(302, { Location: radio.url('/live') }).end());
  const other = await Radio.start();
  other.serve('/live', 'audio/mpeg', mp3);
  radio.pages.set('/there', (_, response) => response.writeHead(302, { Location: other.url('/live') }).end());
  assert.is(await new Heard(radio.url('/live', 'me:s3cret%2F')).over(), undefined);
  assert.is(await new Heard(radio.url('/here', 'me:s3cret%2F')).over(), undefined);
  assert.is(await new Heard(radio.url('/there', 'me:s3cret%2F')).over(), undefined);
  assert.is(other.requests[0]!.headers.authorization, undefined);
  await other.close();
  const fault = await new Heard(radio.url('/live', 'me:wrong')).over();
  assert.match(fault!.message, /401 Unauthorized; put user:password@/);
  assert.not.match(fault!.message, /wrong|127/);
});

checkPackaged('playlists are followed, to the first entry that has sound', async () => {
  radio.serve('/live', 'audio/mpeg', mp3);
  radio.serve('/x.pls', 'audio/x-scpls', `[playlist]\nFile1=${radio.url('/gone')}\nFile2=/list.m3u\n`);
  radio.serve('/list.m3u', 'audio/x-mpegurl', '#EXTM3U\n#EXTINF:-1,Radio\nlive\n');
  assert.is(await new Heard(radio.url('/x.pls')).over(), undefined);
  assert.equal(radio.requests.map(({ url }) => url), ['/x.pls', '/gone', '/list.m3u', '/live']);
});

checkPackaged('playlists that lead nowhere are told, and asked only so often', async () => {
  radio.serve('/self.m3u', 'audio/x-mpegurl', Array.from({ length: 10 }, (_, k) => `/self.m3u?${k}`).join('\n'));
  radio.serve('/empty.pls', 'audio/x-scpls', '[playlist]\n');
  radio.serve('/gone.m3u', 'audio/x-mpegurl', '/gone\n');
  assert.match((await new Heard(radio.url('/self.m3u')).over())!.message, /another playlist, more than 4 levels deep/);
  assert.ok(radio.requests.length <= 20, `${radio.requests.length} requests`);
  assert.match((await new Heard(radio.url('/empty.pls')).over())!.message, /has no http/);
  assert.match((await new Heard(radio.url('/gone.m3u')).over())!.message, /404 Not Found/);
});

checkPackaged('what is no sound is told plainly', async () => {
  radio.pages.set('/busy', (_, response) => response.writeHead(503, { 'Retry-After': '120' }).end());
  for (const [url, sentence] of [
    [radio.serve('/page', 'text/html; charset=utf-8', '<h1>Sorry</h1>'), 'The server answers with a web page (text/html), not with audio.'],
    [radio.serve('/hidden', 'audio/mpeg', '<!DOCTYPE html><p>Sorry'), 'The server answers with a web page (audio/mpeg), not with audio.'],
    [radio.serve('/json', 'application/json', '{}'), 'The server answers with application/json, not with audio.'],
    [radio.serve('/empty', 'audio/mpeg', ''), 'The server\'s answer is empty (0 bytes).'],
    [radio.url('/missing'), 'The server answers with 404 Not Found.'],
    [radio.url('/busy'), 'The server answers with 503 Service Unavailable.'],
    ['http://127.0.0.1:1/', 'The server refuses the connection: nothing listens on this port.'],
    ['http://radio.invalid/', /^(There is no server of this name|The server's name could not be resolved)/],
  ] as const) {
    const fault = await new Heard(url).over();
    if (typeof sentence === 'string') assert.is(fault?.message, sentence);
    else assert.match(fault!.message, sentence);
    assert.is(fault!.retryAfterMs, url.endsWith('/busy') ? 120_000 : null);
  }
});

checkPackaged('a server that takes the connection and says nothing is given up', async () => {
  radio.pages.set('/mute', () => {});
  radio.pages.set('/headers', (_, response) => response.writeHead(200, { 'Content-Type': 'audio/mpeg' }).flushHeaders());
  for (const path of ['/mute', '/headers']) {
    assert.is((await new Heard(radio.url(path), { stallAfterMs: 100 }).over())!.message, 'The server did not answer within 0.1 s.');
  }
});

check('bytes that are no sound end with FFmpeg\'s own words', async () => {
  const noise = Uint8Array.from({ length: 200_000 }, (_, i) => (i * i * 31 + (i >> 3)) & 127);
  const fault = await new Heard(radio.serve('/live', 'audio/mpeg', noise)).over();
  assert.match(fault!.message, /^FFmpeg finds no audio that it can decode \(the input: Invalid data/);
  assert.is(fault!.decoder!.exitCode, 1);
  assert.ok(fault!.decoder!.lines.length > 0);
});

checkPackaged('a connection that is cut is told', async () => {
  const heard = new Heard(radio.begin('/live', 'audio/mpeg', mp3, { 'Content-Length': '1000000' }));
  await heard.hear(1);
  for (const socket of radio.sockets) socket.destroy();
  assert.is((await heard.over())!.message, 'The connection was lost.');
});

checkPackaged('FFmpeg killed is told with its signal, and the connection is not kept', async () => {
  const heard = new Heard(radio.begin('/live', 'audio/mpeg', mp3));
  await heard.hear(1);
  const [pid] = ffmpegs();
  process.kill(pid!, 'SIGKILL');
  const fault = await heard.over();
  assert.is(fault!.message, 'The decoder was ended by SIGKILL.');
  assert.is(fault!.decoder!.signal, 'SIGKILL');
  await until(() => radio.sockets.size === 0);
});

checkPackaged('whoever stops listening ends the connection and FFmpeg', async () => {
  const heard = new Heard(radio.begin('/live', 'audio/mpeg', mp3));
  await heard.hear(1);
  heard.subscription.unsubscribe();
  const events = heard.events.length;
  await until(() => radio.sockets.size === 0);
  await gone();
  assert.is(heard.events.length, events);
  assert.is(heard.isOver, false);
});

checkPackaged('a server that sends faster than real time has to wait', async () => {
  let sentBytes = 0;
  radio.pages.set('/live', (_, response) => {
    response.writeHead(200, { 'Content-Type': 'audio/mpeg' });
    const more = (): void => {
      while (!response.destroyed) {
        sentBytes += mp3.length;
        if (!response.write(mp3)) break;
      }
    };
    response.on('drain', more);
    more();
  });
  const heard = new Heard(radio.url('/live'));
  await heard.until(() => heard.of('paused').length > 0 && heard.seconds >= 3.5);
  // 16 KB are a second: FFmpeg and its pipes hold little, the system's socket buffers some megabytes.
  assert.ok(sentBytes < 20_000_000, `${sentBytes} bytes were sent`);
  const seenBytes = heard.of('received').reduce((sum, { bytes }) => sum + bytes, 0);
  assert.ok(seenBytes < 1_000_000, `${seenBytes} bytes were taken of ${sentBytes}`);
  assert.ok(heard.seconds < 4.5, `${heard.seconds} s came at once`);
  heard.subscription.unsubscribe();
});

test('no FFmpeg but the operator\'s is used', async () => {
  const { PATH, FFMPEG_PATH } = process.env;
  radio = await Radio.start();
  try {
    process.env.PATH = '';
    delete process.env.FFMPEG_PATH;
    const fault = await new Heard(radio.serve('/live', 'audio/mpeg', new Uint8Array(5000))).over();
    assert.match(fault!.message, /^This needs FFmpeg, and it was not found: install it/);
  } finally {
    process.env.PATH = PATH;
    if (FFMPEG_PATH !== undefined) process.env.FFMPEG_PATH = FFMPEG_PATH;
    await radio.close();
  }
});

test.run();
