/** Power to decibels on the SIMD kernel. */
import { areKernelsAvailable, Kernels } from '../kernels/kernels.js';

/** Values per kernel call: enough for the columns of a typical block. */
const CHUNK = 1024;

/** One instance per thread, created at first use. */
let kernels: Kernels<'values'> | undefined;

/** The kernel's result for 0: the smallest normal float32. */
const SMALLEST_POWER = 2 ** -126;

/**
 * 10 log10 of each value in place, within 1e-6 dB plus float32 rounding.
 * @param power at least 0; any number of values. 0 and subnormals become -379 dB
 */
export function toDecibels(power: Float32Array): void {
  if (!areKernelsAvailable()) return scalarDecibels(power);
  const { run, arrays: { values } } = kernels ??= new Kernels({ values: CHUNK });
  for (let from = 0; from < power.length; from += CHUNK) {
    const part = power.subarray(from, from + CHUNK);
    values.values.set(part);
    run.toDecibels(values.address, 4 * Math.ceil(part.length / 4));
    part.set(part.length === CHUNK ? values.values : values.values.subarray(0, part.length));
  }
}

function scalarDecibels(power: Float32Array): void {
  for (let at = 0; at < power.length; at++) power[at] = 10 * Math.log10(Math.max(power[at]!, SMALLEST_POWER));
}
