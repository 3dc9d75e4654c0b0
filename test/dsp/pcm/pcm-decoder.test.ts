import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import { PcmDecoder } from '../../../dsp/pcm/pcm-decoder.js';
import { sampleBytes, type PcmEncoding } from '../../../dsp/pcm/pcm-encoding.js';

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
  return chunks.flatMap((chunk) => interleaved(decoder.decode(chunk)));
}

function interleaved(channels: readonly Float32Array[]): number[] {
  return Array.from(channels[0]!).flatMap((_, frame) => channels.map((samples) => samples[frame]!));
}

test('s16le is scaled by 1/32,768 for both signs', () => {
  assert.equal(decoded('s16le', 1, [s16(0, 1, -1, 255, 256, 32_767, -32_768)]), [0, 1, -1, 255, 256, 32_767, -32_768].map((value) => value / 32_768));
});

test('f32le passes as it is, up to 12 dB over full scale', () => {
  assert.equal(decoded('f32le', 1, [f32(0, 0.25, -1, 1.5, -4, 2 ** -140)]), [0, 0.25, -1, 1.5, -4, 2 ** -140]);
});

test('louder floats are clipped and counted, and NaN is silence', () => {
  const decoder = new PcmDecoder('f32le', 1);
  assert.equal(interleaved(decoder.decode(f32(NaN, Infinity, -Infinity, 3e38, -5, 1))), [0, 4, -4, 4, -4, 1]);
  assert.is(decoder.clippedSamples, 5);
  assert.is(decoder.clippedIntegers, 1, '-5 is what an integer of 16 bits could be');
  decoder.decode(f32(0.5, 4.1));
  assert.is(decoder.clippedSamples, 6);
  assert.is(decoder.clippedIntegers, 1);
});

test('channels stay apart', () => {
  const [left, right] = new PcmDecoder('s16le', 2).decode(s16(16_384, 0, 16_384, -16_384, -32_768, 8192)) as [Float32Array, Float32Array];
  assert.equal(Array.from(left), [0.5, 0.5, -1]);
  assert.equal(Array.from(right), [0, -0.5, 0.25]);
  const many = new PcmDecoder('f32le', 64).decode(f32(...Array.from({ length: 64 }, (_, channel) => channel / 64)));
  assert.equal(many.map(([sample]) => sample), Array.from({ length: 64 }, (_, channel) => channel / 64));
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
      const samples = chunks.flatMap((chunk) => interleaved(decoder.decode(chunk)));
      assert.equal(samples, decoded(encoding, channels, [bytes]));
      const frameBytes = channels * sampleBytes(encoding);
      assert.is(samples.length, channels * Math.floor(bytes.length / frameBytes));
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
  assert.equal(interleaved(decoder.decode(new Uint8Array([0]))), [200 / 32_768]);
});

test('formats that are none are refused with the value', () => {
  for (const channels of [0, 65, 1.5, NaN]) {
    assert.throws(() => new PcmDecoder('s16le', channels), (error: unknown) => error instanceof RangeError && error.message.includes(`not ${channels}`));
  }
  assert.throws(() => new PcmDecoder('opus' as PcmEncoding, 1), /not opus/);
});

test.run();
