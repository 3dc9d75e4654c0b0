/**
 * Power in decibels as descriptors take it: `librosa.power_to_db`, where nothing is below a floor
 * of 80 dB under the loudest cell of the whole recording. That floor is known at a recording's end
 * only; a live stream takes its loudest so far instead (`Floor`), which is the same from the
 * loudest column on.
 */

/** What silence counts as: -100 dB. */
const LEAST_POWER = 1e-10;
/** Cells further below the loudest are raised to this far below it, dB. */
export const RANGE_DB = 80;

/** @returns dB, at least -100 */
export function decibels(power: number): number {
  return 10 * Math.log10(power > LEAST_POWER ? power : LEAST_POWER);
}

/** The level below which nothing counts, from all levels that are pushed. */
export class Floor {
  /** dB; -Infinity until something was pushed. */
  db = -Infinity;

  /** @param levelsDb cells `from` to `to` are looked at */
  push(levelsDb: ArrayLike<number>, from = 0, to = levelsDb.length): void {
    for (let index = from; index < to; index++) {
      const floor = levelsDb[index]! - RANGE_DB;
      if (floor > this.db) this.db = floor;
    }
  }
}
