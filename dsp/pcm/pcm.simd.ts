/** SIMD versions of the per-sample loops of `PcmDecoder` and `LevelMeter`. */
import type { AddSquares } from './level-meter.js';
import type { FromInt16 } from './pcm-decoder.js';
import { Kernels } from '../kernels/kernels.js';

/** Samples per kernel call. */
const CHUNK = 8192;

/** One instance per thread, created at first use. */
let kernels: Kernels<'integers' | 'samples' | 'squares'> | undefined;
let integers: Uint8Array;
let squared: Float64Array;
/** The view of the last decoded samples; chunks usually have the same length. */
let decoded: Float32Array;

function load(): NonNullable<typeof kernels> {
  kernels = new Kernels({ integers: CHUNK / 2, samples: CHUNK, squares: 4 });
  const { integers: bytes, samples, squares } = kernels.arrays;
  decoded = samples.values;
  integers = new Uint8Array(bytes.values.buffer, bytes.address, 2 * CHUNK);
  squared = new Float64Array(squares.values.buffer, squares.address, 2);
  return kernels;
}

/** WebAssembly is little-endian on any machine, as the bytes are, and reads them at any offset. */
export const simdFromInt16: FromInt16 = (bytes, samples) => {
  const { run, arrays } = kernels ?? load();
  for (let from = 0; from < samples.length; from += CHUNK) {
    const count = Math.min(CHUNK, samples.length - from);
    integers.set(bytes.length <= 2 * count ? bytes : bytes.subarray(2 * from, 2 * (from + count)));
    run.fromInt16(arrays.integers.address, count, arrays.samples.address);
    if (decoded.length !== count) decoded = arrays.samples.values.subarray(0, count);
    samples.set(decoded, from);
  }
};

export const simdAddSquares: AddSquares = (samples, squares) => {
  const { run, arrays } = kernels ?? load();
  for (let from = 0; from < samples.length; from += CHUNK) {
    const part = samples.length <= CHUNK ? samples : samples.subarray(from, from + CHUNK);
    arrays.samples.values.set(part);
    run.level(arrays.samples.address, part.length, arrays.squares.address);
    squares.sum += squared[0]!;
    squares.highest = Math.max(squares.highest, squared[1]!);
  }
};
