/**
 * Mel power to network input: the level of each cell minus a causal running mean of the level of
 * the column. One number a column is taken away, the same for all bands, so a change of volume
 * changes nothing and a change of timbre stays. Every threshold is relative to the sound itself,
 * so the result doesn't depend on gain; only digital silence is absolute.
 *
 * The running mean is an average of all columns so far until `memoryColumns`, exponential after.
 * It is held still in silence and starts afresh after a long one, and when the sound jumps up.
 */
export interface Normalisation {
  /** Time constant of the running mean, in columns. */
  readonly memoryColumns: number;
  /** Cells count towards a column's level as if at most this far below its loudest, dB. */
  readonly rangeDb: number;
  /** A column this far below the running mean is a pause: the mean is held. */
  readonly pauseDb: number;
  /** After this many held columns the mean starts afresh. */
  readonly pauseColumns: number;
  /** A column this far above the running mean starts it afresh. */
  readonly jumpDb: number;
  /** A column whose loudest cell is below this is digital silence. */
  readonly silenceDb: number;
  /** Output is cut to plus and minus this around the running mean. */
  readonly limitDb: number;
  /** Output is divided by this, which brings music to a deviation of about 1. */
  readonly scaleDb: number;
}

/** At 11.5 columns a second: a memory of 10 s, a pause of 2 s. */
export const NORMALISATION_V1: Normalisation = {
  memoryColumns: 115,
  rangeDb: 60,
  pauseDb: 40,
  pauseColumns: 23,
  jumpDb: 30,
  silenceDb: -100,
  limitDb: 40,
  scaleDb: 15,
};

/** Carries the running mean of one stream from column to column. */
export class Normaliser {
  readonly #settings: Normalisation;
  readonly #bands: number;
  #meanDb = 0;
  #count = 0;
  #held = 0;

  constructor(settings: Normalisation, bands: number) {
    this.#settings = settings;
    this.#bands = bands;
  }

  /** Forgets the sound so far, as at the start of a stream. */
  reset(): void {
    this.#meanDb = 0;
    this.#count = 0;
    this.#held = 0;
  }

  /**
   * One column of levels, as data packs hold them.
   * @param levelsDb [bands] from `from` on, dB of mel power; -Infinity where there is none
   * @param out receives [bands] values within ± limitDb / scaleDb, from `offset` on
   */
  levels(levelsDb: ArrayLike<number>, out: Float32Array, offset: number, from = 0): void {
    const { limitDb, scaleDb } = this.#settings;
    const end = from + this.#bands;
    this.#follow(levelsDb, from, end);
    const mean = this.#count > 0 ? this.#meanDb : Infinity; // nothing heard yet: all cells at the lower limit
    for (let band = from; band < end; band++, offset++) {
      const relative = levelsDb[band]! - mean;
      out[offset] = (relative > limitDb ? limitDb : relative > -limitDb ? relative : -limitDb) / scaleDb;
    }
  }

  /** Moves the running mean by a column. */
  #follow(levels: ArrayLike<number>, from: number, end: number): void {
    const { memoryColumns, rangeDb, pauseDb, pauseColumns, jumpDb, silenceDb } = this.#settings;
    let loudest = -Infinity;
    for (let band = from; band < end; band++) if (levels[band]! > loudest) loudest = levels[band]!;
    if (loudest < silenceDb) {
      this.#held++;
      return;
    }
    const lowest = loudest - rangeDb;
    let sum = 0;
    for (let band = from; band < end; band++) sum += levels[band]! > lowest ? levels[band]! : lowest;
    const level = sum / this.#bands;

    const known = this.#count > 0;
    if (known && level < this.#meanDb - pauseDb && this.#held < pauseColumns) {
      this.#held++;
      return;
    }
    if (this.#held >= pauseColumns || (known && level > this.#meanDb + jumpDb)) this.#count = 0;
    this.#held = 0;
    if (this.#count < memoryColumns) this.#count++;
    this.#meanDb += (level - this.#meanDb) / this.#count;
  }
}
