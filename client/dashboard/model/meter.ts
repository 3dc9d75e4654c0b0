/** Ballistics of the level meter: instant attack, slow release; the peak is held, then falls. */

const FALL_DB_PER_S = 30;
const HOLD_MS = 1500;
const PEAK_FALL_DB_PER_S = 20;
const FLOOR_DB = -120;

export class Meter {
  rmsDb = FLOOR_DB;
  peakDb = FLOOR_DB;
  #heldMs = 0;

  /** @param passedMs since the last call; Infinity shows the values without smoothing */
  advance(rmsDb: number, peakDb: number, passedMs: number): void {
    const fall = FALL_DB_PER_S * passedMs / 1000;
    this.rmsDb = Math.max(FLOOR_DB, rmsDb, this.rmsDb - fall);
    this.#heldMs += passedMs;
    if (peakDb >= this.peakDb) this.#hold(peakDb);
    else if (this.#heldMs > HOLD_MS) {
      const fallen = PEAK_FALL_DB_PER_S * Math.min(passedMs, this.#heldMs - HOLD_MS) / 1000;
      this.peakDb = Math.max(FLOOR_DB, peakDb, this.peakDb - fallen);
    }
  }

  #hold(peakDb: number): void {
    this.peakDb = peakDb;
    this.#heldMs = 0;
  }
}

/** Scale marks, dBFS. */
export const METER_MARKS: readonly number[] = [0, -6, -12, -24, -36, -48, -60];

/** Position on the meter, 0 at -60 dBFS and below to 1 at full scale; the upper 24 dB take 58 % of it, as levels are set there. */
export function meterPosition(db: number): number {
  const inDb = Math.min(0, Math.max(-60, db));
  return inDb > -24 ? 1 + inDb / 24 * 0.58 : 0.42 * (inDb + 60) / 36;
}
