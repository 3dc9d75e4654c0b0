/** What is done with every sample, four at a time: for `PcmDecoder` and `LevelMeter`. */
import type { AddSquares } from './level-meter.js';
import type { FromInt16 } from './pcm-decoder.js';
import { Kernels } from '../kernels/kernels.js';

/** Samples that are taken at once. */
const MOST = 8192;

/** One a thread, made when it is first needed. */
let kernels: Kernels<'integers' | 'samples' | 'squares'> | undefined;
let integers: Uint8Array;
let squared: Float64Array;
/** The samples that were read last: chunks are mostly as long as those before. */
let found: Float32Array;

function load(): NonNullable<typeof kernels> {
  kernels = new Kernels({ integers: MOST / 2, samples: MOST, squares: 4 });
  const { integers: bytes, samples, squares } = kernels.arrays;
  found = samples.values;
  integers = new Uint8Array(bytes.values.buffer, bytes.address, 2 * MOST);
  squared = new Float64Array(squares.values.buffer, squares.address, 2);
  return kernels;
}

/** The bytes are little-endian, as WebAssembly is, on any machine and at any offset. */
export const simdFromInt16: FromInt16 = (bytes, samples) => {
  const { run, arrays } = kernels ?? load();
  for (let from = 0; from < samples.length; from += MOST) {
    const count = Math.min(MOST, samples.length - from);
    integers.set(bytes.length <= 2 * count ? bytes : bytes.subarray(2 * from, 2 * (from + count)));
    run.fromInt16(arrays.integers.address, count, arrays.samples.address);
    if (found.length !== count) found = arrays.samples.values.subarray(0, count);
    samples.set(found, from);
  }
};

export const simdAddSquares: AddSquares = (samples, squares) => {
  const { run, arrays } = kernels ?? load();
  for (let from = 0; from < samples.length; from += MOST) {
    const part = samples.length <= MOST ? samples : samples.subarray(from, from + MOST);
    arrays.samples.values.set(part);
    run.level(arrays.samples.address, part.length, arrays.squares.address);
    squares.sum += squared[0]!;
    squares.highest = Math.max(squares.highest, squared[1]!);
  }
};
