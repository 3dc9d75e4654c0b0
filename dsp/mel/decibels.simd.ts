/** Power to levels, four at a time. */
import { Kernels } from '../kernels/kernels.js';

/** Values that are taken at once: the columns of a block. */
const MOST = 1024;

/** One a thread, made when it is first needed. */
let kernels: Kernels<'values'> | undefined;

/**
 * 10 log10 of each, in place, within 1e-6 dB and the rounding of float32.
 * @param power at least 0; any number of values. 0, and what is below the least normal number, becomes -379 dB
 */
export function toDecibels(power: Float32Array): void {
  const { run, places: { values } } = kernels ??= new Kernels({ values: MOST });
  for (let from = 0; from < power.length; from += MOST) {
    const part = power.subarray(from, from + MOST);
    values.values.set(part);
    run.toDecibels(values.at, 4 * Math.ceil(part.length / 4));
    part.set(part.length === MOST ? values.values : values.values.subarray(0, part.length));
  }
}
