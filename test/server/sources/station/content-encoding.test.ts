import { randomBytes } from 'node:crypto';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decompressed } from '../../../../server/sources/station/content-encoding.js';

const TEXT = Buffer.from('#EXTM3U\nhttp://radio.example/live\n');

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Uint8Array, encoding: string, size = 1000): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of decompressed(pieces(bytes, size), encoding)) parts.push(part);
  return Buffer.concat(parts);
}

test('every usual compression is undone, however the bytes are cut', async () => {
  for (const [encoding, bytes] of [
    ['gzip', gzipSync(TEXT)],
    ['x-gzip', gzipSync(TEXT)],
    ['GZIP, identity', gzipSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['deflate', deflateRawSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
    ['gzip, gzip', gzipSync(gzipSync(TEXT))],
    ['', gzipSync(TEXT)],
    ['gzip', TEXT],
    ['', TEXT],
    ['identity', TEXT],
    ['', Buffer.alloc(0)],
    ['gzip', Buffer.alloc(0)],
    ['', Buffer.from('a')],
  ] as const) {
    for (const size of [1, 2, 7, 1000]) assert.equal(await read(bytes, encoding, size), Buffer.from(bytes.length === 0 ? '' : bytes.length === 1 ? 'a' : TEXT), `${encoding} ${size}`);
  }
});

test('sound passes as it is, and of a body that is cut off what there is', async () => {
  const sound = randomBytes(5000);
  sound[0] = 0xff;
  assert.equal(await read(sound, '', 777), sound);
  const cut = gzipSync(sound).subarray(0, 3000);
  assert.ok((await read(cut, 'gzip')).length > 2000);
});

test('what is sent is there before the end', async () => {
  const first = decompressed((async function* endless() {
    yield deflateSync(TEXT).subarray(0, 30);
    await new Promise(() => {});
  })(), 'deflate')[Symbol.asyncIterator]().next();
  assert.ok((await first).value!.length > 0);
});

test('unknown compression, bad bytes and errors of the connection are told apart', async () => {
  const message = (bytes: Uint8Array, encoding: string): Promise<string> => (async () => String(await read(bytes, encoding)))().catch((error: Error) => error.message);
  assert.match(await message(TEXT, 'zstd'), /not supported \(zstd\)/);
  assert.match(await message(TEXT, 'gzip, gzip, gzip'), /more than 2 times/);
  const bad = gzipSync(TEXT);
  bad.fill(0xff, 12, 24);
  assert.match(await message(bad, 'gzip'), /could not be decompressed \(Z_DATA_ERROR\)/);
  assert.match(await message(Buffer.from('not brotli at all'), 'br'), /could not be decompressed/);
  const lost = decompressed((async function* lost() {
    yield gzipSync(TEXT).subarray(0, 12);
    throw new Error('lost');
  })(), 'gzip')[Symbol.asyncIterator]();
  assert.is(await lost.next().then(() => lost.next()).catch((error: Error) => error.message), 'lost');
});

test.run();
