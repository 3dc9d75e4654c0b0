import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import { PcmDecoder } from '../../../dsp/pcm/pcm-decoder.js';
import type { PcmEncoding } from '../../../dsp/pcm/pcm-decoder.js';

function s16(...values: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * values.length));
  values.forEach((value, i) => view.setInt16(2 * i, value, true));
  return new Uint8Array(view.buffer);
}

function f32(...values: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => view.setFloat32(4 * i, value, true));
  return new Uint8Array(view.buffer);
}

function decoded(encoding: PcmEncoding, channels: number, chunks: readonly Uint8Array[]): number[] {
  const decoder = new PcmDecoder(encoding, channels);
  return chunks.flatMap((chunk) => Array.from(decoder.decode(chunk)));
}

test('s16le is scaled by 1/32,768 for both signs', () => {
  assert.equal(decoded('s16le', 1, [s16(0, 1, -1, 255, 256, 32_767, -32_768)]), [0, 1, -1, 255, 256, 32_767, -32_768].map((value) => value / 32_768));
});

test('f32le is unchanged, also beyond full scale', () => {
  assert.equal(decoded('f32le', 1, [f32(0, 0.25, -1, 1.5, -70_000, 2 ** -140)]), [0, 0.25, -1, 1.5, -70_000, 2 ** -140]);
});

test('NaN and infinities become 0, and huge samples are clamped', () => {
  assert.equal(decoded('f32le', 1, [f32(NaN, Infinity, -Infinity, 3e38, -3e38)]), [0, 0, 0, 1e9, -1e9]);
  assert.equal(decoded('f32le', 2, [f32(NaN, 0.5, 0.5, -Infinity)]), [0.25, 0.25], 'the other channel still counts');
});

test('channels are averaged', () => {
  assert.equal(decoded('s16le', 2, [s16(16_384, 0, 16_384, -16_384, -32_768, -32_768)]), [0.25, 0, -1]);
  assert.equal(decoded('f32le', 8, [f32(1, 2, 3, 4, 5, 6, 7, 8)]), [4.5]);
  assert.equal(decoded('s16le', 3, [s16(3, 6, 9)]), [Math.fround(6 / 32_768)]);
});

test('samples are bit-identical for any chunking of the bytes and any buffer offsets', () => {
  fc.assert(fc.property(
    fc.constantFrom<PcmEncoding>('s16le', 'f32le'),
    fc.integer({ min: 1, max: 8 }),
    fc.uint8Array({ maxLength: 400 }),
    fc.array(fc.tuple(fc.nat(400), fc.nat(7)), { maxLength: 30 }),
    (encoding, channels, bytes, cuts) => {
      const edges = [0, ...cuts.map(([cut]) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      const chunks = edges.slice(1).map((to, i) => {
        const offset = cuts[i]?.[1] ?? 0;
        const chunk = new Uint8Array(new ArrayBuffer(offset + to - edges[i]! + 3), offset, to - edges[i]!);
        chunk.set(bytes.subarray(edges[i]!, to));
        return chunk;
      });
      const decoder = new PcmDecoder(encoding, channels);
      const samples = chunks.flatMap((chunk) => Array.from(decoder.decode(chunk)));
      assert.equal(samples, decoded(encoding, channels, [bytes]));
      const frameBytes = channels * (encoding === 's16le' ? 2 : 4);
      assert.is(samples.length, Math.floor(bytes.length / frameBytes));
      assert.is(decoder.pendingBytes, bytes.length % frameBytes);
      assert.ok(samples.every(Number.isFinite));
    },
  ), { numRuns: 500 });
});

test('bytes pushed one by one give the same samples', () => {
  const bytes = s16(1, -2, 300, -400, 32_767, -32_768);
  assert.equal(decoded('s16le', 3, Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))), decoded('s16le', 3, [bytes]));
});

test('a Buffer at an offset in its pool is read correctly', () => {
  assert.equal(decoded('f32le', 1, [Buffer.concat([Buffer.from([9]), f32(0.5, -0.5)]).subarray(1)]), [0.5, -0.5]);
});

test('the caller may reuse the chunk after decode', () => {
  const decoder = new PcmDecoder('s16le', 1);
  const chunk = s16(100, 200).subarray(0, 3);
  decoder.decode(chunk);
  chunk.fill(0);
  assert.equal(Array.from(decoder.decode(new Uint8Array([0]))), [200 / 32_768]);
});

test('invalid formats are rejected with the value', () => {
  for (const channels of [0, 9, 1.5, NaN]) {
    assert.throws(() => new PcmDecoder('s16le', channels), (error: unknown) => error instanceof RangeError && error.message.includes(`not ${channels}`));
  }
  assert.throws(() => new PcmDecoder('opus' as PcmEncoding, 1), /not opus/);
});

test.run();
