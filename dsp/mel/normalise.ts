/**
 * Mel levels to network input: the level of each cell minus a causal running mean of the column
 * level. The same number is subtracted from all bands, so volume is removed and timbre is kept. All
 * thresholds but that of digital silence are relative to the sound's own level, so the result does
 * not depend on gain.
 *
 * The running mean is the plain average of the first `memoryColumns` columns and an exponential
 * moving average after that. It is held during silence and restarts after a long pause or a sudden
 * rise in level.
 */
export interface Normalisation {
  /** Time constant of the running mean, in columns. */
  readonly memoryColumns: number;
  /** Cells further than this below the column's loudest cell count as this far below it, dB. */
  readonly rangeDb: number;
  /** A column this far below the running mean is a pause: the mean is held. */
  readonly pauseDb: number;
  /** After this many held columns the mean restarts. */
  readonly pauseColumns: number;
  /** A column this far above the running mean restarts it. */
  readonly jumpDb: number;
  /** A column whose loudest cell is below this is digital silence. */
  readonly silenceDb: number;
  /** Cells are clamped to this far above and below the running mean. */
  readonly limitDb: number;
  /** The output is divided by this, which gives music a standard deviation of about 1. */
  readonly scaleDb: number;
}

/** At 11.5 columns per second: a time constant of 10 s, a long pause of 2 s. */
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

  /** Resets to the state at the start of a stream. */
  reset(): void {
    this.#meanDb = 0;
    this.#count = 0;
    this.#held = 0;
  }

  /**
   * Normalises one column.
   * @param levelsDb [bands] from `from` on, dB of mel power; -Infinity for no power
   * @param out receives [bands] values within ± limitDb / scaleDb, from `offset` on
   */
  levels(levelsDb: ArrayLike<number>, out: Float32Array, offset: number, from = 0): void {
    const { limitDb, scaleDb } = this.#settings;
    const end = from + this.#bands;
    this.#updateMean(levelsDb, from, end);
    const mean = this.#count > 0 ? this.#meanDb : Infinity; // only silence so far: all cells at the lower limit
    for (let band = from; band < end; band++, offset++) {
      const relative = levelsDb[band]! - mean;
      out[offset] = (relative > limitDb ? limitDb : relative > -limitDb ? relative : -limitDb) / scaleDb;
    }
  }

  #updateMean(levels: ArrayLike<number>, from: number, end: number): void {
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

    const hasMean = this.#count > 0;
    if (hasMean && level < this.#meanDb - pauseDb && this.#held < pauseColumns) {
      this.#held++;
      return;
    }
    if (this.#held >= pauseColumns || (hasMean && level > this.#meanDb + jumpDb)) this.#count = 0;
    this.#held = 0;
    if (this.#count < memoryColumns) this.#count++;
    this.#meanDb += (level - this.#meanDb) / this.#count;
  }
}
