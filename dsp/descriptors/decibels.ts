/**
 * Power to decibels for descriptors, as `librosa.power_to_db`, which raises levels to a floor 80 dB
 * below the loudest cell of the whole recording. A live stream uses its loudest cell so far instead
 * (`Floor`), which gives the same floor from the loudest column on.
 */

/** Lower limit of power, -100 dB; silence counts as this. */
const MIN_POWER = 1e-10;
/** Distance of the floor below the loudest cell, dB. */
export const RANGE_DB = 80;

/** @returns dB, at least -100 */
export function decibels(power: number): number {
  return 10 * Math.log10(power > MIN_POWER ? power : MIN_POWER);
}

/** Tracks the floor: 80 dB below the loudest level pushed so far. */
export class Floor {
  /** dB; -Infinity before the first level. */
  db = -Infinity;

  /** @param levelsDb of which the cells `from` up to `to` are used */
  push(levelsDb: ArrayLike<number>, from = 0, to = levelsDb.length): void {
    for (let index = from; index < to; index++) {
      const floor = levelsDb[index]! - RANGE_DB;
      if (floor > this.db) this.db = floor;
    }
  }
}
