/**
 * A sliding median of odd length. The array is mirrored at its ends, the end values included
 * (c b a | a b c d | d c b): `scipy.ndimage.median_filter(mode='reflect')`.
 */

/** Filters many arrays with one window length. Not reentrant: it keeps the window's values, sorted. */
export class MedianFilter {
  readonly #sorted: Float32Array;

  /** @throws RangeError unless `size` is an odd number from 1 on */
  constructor(size: number) {
    if (!Number.isInteger(size) || size < 1 || size % 2 === 0) throw new RangeError(`A median filter's size must be an odd whole number, not ${size}.`);
    this.#sorted = new Float32Array(size);
  }

  /**
   * Costs about size / 2 moves a value: the value that leaves the window is replaced by the one that enters.
   * @param values [any number] finite; unchanged
   * @param out receives as many; not the same array
   */
  apply(values: Float32Array, out: Float32Array): void {
    const { length } = values;
    if (length === 0) return;
    const sorted = this.#sorted;
    const reach = (sorted.length - 1) / 2;
    for (let i = 0; i < sorted.length; i++) sorted[i] = values[mirrored(i - reach, length)]!;
    sorted.sort();
    out[0] = sorted[reach]!;
    for (let n = 1; n < length; n++) {
      const leaving = n - 1 - reach;
      const entering = n + reach;
      replace(sorted, values[leaving >= 0 ? leaving : mirrored(leaving, length)]!, values[entering < length ? entering : mirrored(entering, length)]!);
      out[n] = sorted[reach]!;
    }
  }
}

/** Replaces a value of a sorted array, which stays sorted. */
function replace(sorted: Float32Array, leaving: number, entering: number): void {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < leaving) low = middle + 1;
    else high = middle;
  }
  while (low + 1 < sorted.length && sorted[low + 1]! < entering) {
    sorted[low] = sorted[low + 1]!;
    low += 1;
  }
  while (low > 0 && sorted[low - 1]! > entering) {
    sorted[low] = sorted[low - 1]!;
    low -= 1;
  }
  sorted[low] = entering;
}

/** The index in 0 to length - 1 that a mirrored array has at `index`; also where it is mirrored several times. */
function mirrored(index: number, length: number): number {
  const period = 2 * length;
  const at = ((index % period) + period) % period;
  return at < length ? at : period - 1 - at;
}
