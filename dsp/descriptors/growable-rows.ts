/** A growing array of rows of equal width. */

export class GrowableRows {
  /** [at least count × width] */
  values: Float32Array;
  count = 0;
  readonly #width: number;

  constructor(width: number) {
    this.#width = width;
    this.values = new Float32Array(256 * width);
  }

  /** Appends a row of zeros; @returns the offset of its first value */
  next(): number {
    const at = this.count * this.#width;
    if (at === this.values.length) {
      const longer = new Float32Array(2 * at);
      longer.set(this.values);
      this.values = longer;
    }
    this.count += 1;
    return at;
  }

  /** [count × width] */
  all(): Float32Array {
    return this.values.subarray(0, this.count * this.#width);
  }
}
