import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { endOfHead, mayBeHead, readHead } from '../../../../server/sources/station/http-head.js';

/** The lines of a head as it is written again. */
function lines(head: string): string[] {
  return readHead(Buffer.from(head, 'latin1'))!.text.split('\r\n').slice(0, -2);
}

test('status lines of all kinds are written as HTTP', () => {
  for (const [line, written] of [
    ['HTTP/1.1 200 OK', 'HTTP/1.1 200 OK'],
    ['HTTP/1.0 200 OK', 'HTTP/1.0 200 OK'],
    ['ICY 200 OK', 'HTTP/1.0 200 OK'],
    ['icy 404 Resource Not Found', 'HTTP/1.0 404 Resource Not Found'],
    ['HTTP 200 OK', 'HTTP/1.0 200 OK'],
    ['HTTP/2 200', 'HTTP/1.0 200 '],
    ['HTTP/1.1   302\tFound\x07', 'HTTP/1.1 302 Found'],
    ['\r\n\r\nHTTP/1.0 200 OK', 'HTTP/1.0 200 OK'],
  ] as const) {
    assert.is(lines(`${line}\r\n\r\n`)[0], written, line);
  }
  for (const line of ['SSH-2.0-OpenSSH', 'HTTP/1.1 OK', 'HTTP/1.1 2000 OK', '']) assert.is(readHead(Buffer.from(`${line}\r\n\r\n`)), undefined);
});

test('headers are read as FFmpeg does, and only those that are used', () => {
  for (const [written, ...headers] of [
    [['content-type: audio/mpeg'], 'Content-Type:audio/mpeg'],
    [['content-type: audio/mpeg'], 'icy notice1: <BR>', 'Content-Type : audio/mpeg', 'no colon', ': no name', 'x-other: 1'],
    [['icy-name: a b'], 'icy-name: a\x07b'],
    [['icy-name: a b'], 'icy-name: a', '   b'],
    [['icy-metaint: 8000'], 'icy-metaint: 8000', 'Icy-MetaInt:8000'],
    [['icy-metaint: 16000'], 'icy-metaint: 8000', 'icy-metaint: 16000'],
    [['icy-metaint: 8000'], 'icy-metaint: 8000, 8000'],
    [['icy-metaint: 8000'], 'icy-metaint: 8000', 'icy-metaint:', 'icy-metaint: none', 'icy-metaint: -1'],
    [['content-length: 5'], 'content-length: 5', 'content-length: -1', 'content-length: unknown'],
    [['transfer-encoding: chunked'], 'Content-Length: 5', 'Transfer-Encoding: Chunked'],
    [['transfer-encoding: chunked', 'content-encoding: gzip'], 'Transfer-Encoding: gzip, chunked'],
    [[], 'Transfer-Encoding: identity'],
    [['location: /b', 'set-cookie: a=1', 'set-cookie: b=2'], 'Set-Cookie: a=1', 'Location: /b', 'Set-Cookie: b=2'],
  ] as const) {
    for (const end of ['\r\n', '\n', '\r\r\n']) {
      assert.equal(lines(`HTTP/1.0 200 OK${end}${headers.join(end)}${end}${end}`).slice(1), written, headers.join('|'));
    }
  }
});

test('a head ends at its first empty line, whatever ends the lines', () => {
  for (const head of ['HTTP/1.0 200 OK\r\n\r\n', 'ICY 200 OK\n\n', 'ICY 200 OK\na: b\n\r\n', 'ICY 200 OK\r\na: b\r\n\n', '\r\nICY 200 OK\r\n\r\n', 'ICY 200 OK\r\r\n\r\r\n']) {
    for (let length = 0; length < head.length; length += 1) assert.is(endOfHead(Buffer.from(head.slice(0, length))), -1, JSON.stringify(head.slice(0, length)));
    assert.is(endOfHead(Buffer.from(`${head}\n\nsound`)), head.length);
  }
});

test('what can not become a head is known from its first bytes', () => {
  for (const start of ['', 'H', 'HTT', 'HTTP/1.1 2', 'I', 'ICY 200', '\r\nhttp/1.0']) assert.ok(mayBeHead(Buffer.from(start)), start);
  for (const start of ['SSH-2.0', 'X', 'ICI', '<html>', 'HTTPS']) assert.not(mayBeHead(Buffer.from(start)), start);
});

test('whatever the bytes, what is written is a head that Node accepts', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    const { text } = readHead(Buffer.concat([Buffer.from('ICY 200 OK\n'), bytes]))!;
    assert.match(text, /^HTTP\/1\.0 200 [^\r\n]*\r\n(?:[a-z-]+: [^\r\n\x00-\x1f\x7f]+\r\n)*\r\n$/);
  }));
});

test.run();
