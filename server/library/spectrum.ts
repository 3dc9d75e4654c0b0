/**
 * The long-term spectrum of a recording: mean and deviation of the level of each mel band. An encoder, a change of
 * volume or half a second more at the start hardly change it, while two songs, also of one album, differ by
 * several times as much; so copies are known by it.
 */

/** Blocks below this level are left out, dBFS: silence before and after the music differs among copies. */
const SILENT_DB = -60;
/** Lower levels count as this, dB: encoders leave out what is so quiet. */
const FLOOR_DB = -80;
/** Share of the bands that is used, from the lowest on, of the shipped model's those up to 4.5 kHz: encoders leave out what is higher. */
const USED_SHARE = 0.75;
/** Steps of the stored values, dB. */
const STEP_DB = 0.01;

/** Sums of the levels of a stream, which those of another stretch of the same file can be added to. */
export class SpectrumSums {
  readonly #bands: number;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  #columns = 0;

  /** @param bands of the columns */
  constructor(bands: number) {
    this.#bands = bands;
    const used = Math.ceil(USED_SHARE * bands);
    this.#sums = new Float64Array(used);
    this.#squares = new Float64Array(used);
  }

  /**
   * @param cells [columns × bands] mel levels, dB
   * @param rmsDb level of all of them, dBFS
   */
  push(cells: Float32Array, rmsDb: number): void {
    if (rmsDb < SILENT_DB) return;
    const used = this.#sums.length;
    for (let at = 0; at < cells.length; at += this.#bands) {
      for (let band = 0; band < used; band++) {
        const level = Math.max(FLOOR_DB, cells[at + band]!);
        this.#sums[band]! += level;
        this.#squares[band]! += level * level;
      }
    }
    this.#columns += cells.length / this.#bands;
  }

  add(other: SpectrumSums): void {
    this.#columns += other.#columns;
    other.#sums.forEach((sum, band) => { this.#sums[band]! += sum; });
    other.#squares.forEach((sum, band) => { this.#squares[band]! += sum; });
  }

  /** @returns [2 × used bands] means less the mean of all of them, then deviations, in steps of 0.01 dB; undefined where all was silent */
  spectrum(): Int16Array | undefined {
    if (this.#columns === 0) return undefined;
    const means = this.#sums.map((sum) => sum / this.#columns);
    const middle = means.reduce((sum, mean) => sum + mean, 0) / means.length;
    const deviations = this.#squares.map((sum, band) => Math.sqrt(Math.max(0, sum / this.#columns - means[band]! ** 2)));
    return Int16Array.from([...means.map((mean) => mean - middle), ...deviations], (value) => Math.round(value / STEP_DB));
  }
}

/** Root mean square of the differences, dB; infinite for spectra of other lengths. */
export function spectrumDifference(a: Int16Array, b: Int16Array): number {
  if (a.length !== b.length) return Infinity;
  let squares = 0;
  for (let index = 0; index < a.length; index++) squares += (a[index]! - b[index]!) ** 2;
  return STEP_DB * Math.sqrt(squares / a.length);
}
