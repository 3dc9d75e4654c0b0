/** SIMD versions of the per-sample loops of `PcmDecoder` and `ChannelMeter`. */
import { areKernelsAvailable, Kernels } from '../kernels/kernels.js';
import { fromInt16, type FromInt16 } from './pcm-decoder.js';
import { measureSlices, pieceCount, STATISTICS, type MeasureSlices } from './slice-statistics.js';

/** Samples per channel and kernel call. */
const CHUNK = 8192;

/** One instance per thread, created at first use. */
let kernels: Kernels<'integers' | 'left' | 'right'> | undefined;
let integers: Uint8Array;

function load(): NonNullable<typeof kernels> {
  kernels = new Kernels({ integers: CHUNK, left: CHUNK, right: CHUNK });
  const { integers: bytes } = kernels.arrays;
  integers = new Uint8Array(bytes.values.buffer, bytes.address, 4 * CHUNK);
  return kernels;
}

/** WebAssembly is little-endian on any machine, as the bytes are, and reads them at any offset. More than two channels use the scalar loop. */
export const simdFromInt16: FromInt16 = (bytes, channels) => {
  if (channels.length > 2 || !areKernelsAvailable()) return fromInt16(bytes, channels);
  const { run, arrays } = kernels ?? load();
  const [left, right] = channels as [Float32Array, Float32Array | undefined];
  const frameBytes = 2 * channels.length;
  for (let from = 0; from < left.length; from += CHUNK) {
    const count = Math.min(CHUNK, left.length - from);
    integers.set(bytes.length === frameBytes * count ? bytes : bytes.subarray(frameBytes * from, frameBytes * (from + count)));
    if (right) run.stereoFromInt16(arrays.integers.address, count, arrays.left.address, arrays.right.address);
    else run.fromInt16(arrays.integers.address, count, arrays.left.address);
    left.set(arrays.left.values.subarray(0, count), from);
    right?.set(arrays.right.values.subarray(0, count), from);
  }
};

/** Longer inputs than one kernel call takes use the scalar loop; the pipe's parts are shorter. */
export const simdMeasureSlices: MeasureSlices = (samples, first, length, offset, out) => {
  const pieces = pieceCount(samples.length, first, length);
  if (samples.length > CHUNK || STATISTICS * pieces > CHUNK || !areKernelsAvailable()) return measureSlices(samples, first, length, offset, out);
  if (pieces === 0) return;
  const { run, arrays } = kernels ?? load();
  arrays.left.values.set(samples);
  run.sliceStatistics(arrays.left.address, samples.length, first, length, offset, arrays.right.address);
  const found = arrays.right.values;
  for (let at = 0; at < STATISTICS * pieces; at++) out[at] = found[at]!;
};
