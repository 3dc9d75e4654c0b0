import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { boundaryOf, filePart } from '../../../server/http/multipart.js';
import { ProtocolError } from '../../../server/protocol/errors.js';

const BOUNDARY = '----x';

async function* pieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, index = 0; at < bytes.length; index += 1) {
    const size = sizes[index % sizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const part = (headers: string, content: Uint8Array | string): Buffer => Buffer.concat([Buffer.from(`--${BOUNDARY}\r\n${headers}\r\n\r\n`), Buffer.from(content as string), Buffer.from('\r\n')]);
const END = Buffer.from(`--${BOUNDARY}--\r\n`);
const file = (content: Uint8Array, name = 'song.mp3'): Buffer => part(`Content-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: audio/mpeg`, content);

async function read(body: Uint8Array, sizes: readonly number[] = [1000]): Promise<{ name: string; content: Buffer }> {
  const { name, bytes } = await filePart(pieces(body, sizes), BOUNDARY);
  const parts: Uint8Array[] = [];
  for await (const each of bytes) parts.push(each);
  return { name, content: Buffer.concat(parts) };
}

async function refusal(body: Uint8Array): Promise<string> {
  try {
    await read(body);
  } catch (error) {
    assert.is((error as ProtocolError).code, 'bad-request');
    return (error as Error).message;
  }
  throw new Error('was not refused');
}

test('the file comes out as it went in, whatever it holds and however the body is cut', () => fc.assert(fc.asyncProperty(
  // Contents that look like delimiters and line breaks.
  fc.array(fc.oneof(fc.constantFrom('\r\n', '\r\n--', `\r\n--${BOUNDARY.slice(0, -1)}`, '--', '\r', `--${BOUNDARY}`), fc.string()), { maxLength: 12 }).map((texts) => texts.join('')).filter((text) => !`\r\n${text}\r\n`.includes(`\r\n--${BOUNDARY}`)),
  fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
  async (text, sizes) => {
    const content = Buffer.from(text);
    const body = Buffer.concat([Buffer.from('preamble\r\n'), part('Content-Disposition: form-data; name="note"', 'a field'), file(content), END]);
    assert.equal(await read(body, sizes), { name: 'song.mp3', content });
  },
)));

test('names are unescaped as browsers and curl escape them', async () => {
  assert.is((await read(Buffer.concat([file(Buffer.of(1), 'a%22b.mp3'), END]))).name, 'a"b.mp3');
  assert.is((await read(Buffer.concat([file(Buffer.of(1), 'a\\"b.mp3'), END]))).name, 'a"b.mp3');
});

test('forms without a file, cut off or with endless headers are refused with the reason', async () => {
  assert.match(await refusal(Buffer.concat([part('Content-Disposition: form-data; name="note"', 'x'), END])), /has no file/);
  assert.match(await refusal(file(Buffer.of(1)).subarray(0, -4)), /ends inside a part/);
  assert.match(await refusal(Buffer.from('nothing of the kind')), /ends inside a part/);
  assert.match(await refusal(part(`X: ${'y'.repeat(20_000)}`, 'x')), /headers of more than 16384 bytes/);
});

test('a boundary is quoted or bare, and must be there', () => {
  assert.is(boundaryOf('multipart/form-data; boundary=abc'), 'abc');
  assert.is(boundaryOf('Multipart/Form-Data; charset=utf-8; boundary="a b"'), 'a b');
  assert.is(boundaryOf('audio/mpeg'), undefined);
  for (const bad of ['multipart/form-data', `multipart/form-data; boundary=${'x'.repeat(71)}`]) assert.throws(() => boundaryOf(bad), /boundary/);
});

test.run();
