/**
 * RMS and peak level of a stretch of samples in dBFS: 0 is the RMS of a full-scale square wave, so
 * a full-scale sine reads -3.01 (AES17 would call that 0).
 */
export const FLOOR_DBFS = -120;

export class LevelMeter {
  #squares = 0;
  #peak = 0;
  #count = 0;

  push(samples: Float32Array): void {
    let squares = 0;
    let peak = this.#peak;
    for (let index = 0; index < samples.length; index++) {
      const sample = samples[index]!;
      squares += sample * sample;
      const size = sample < 0 ? -sample : sample;
      if (size > peak) peak = size;
    }
    this.#squares += squares;
    this.#peak = peak;
    this.#count += samples.length;
  }

  /** The levels since the last read, at least -120 dBFS; starts afresh. */
  read(): { rmsDb: number; peakDb: number } {
    const rmsDb = toDb(this.#count > 0 ? Math.sqrt(this.#squares / this.#count) : 0);
    const peakDb = toDb(this.#peak);
    this.#squares = 0;
    this.#peak = 0;
    this.#count = 0;
    return { rmsDb, peakDb };
  }
}

function toDb(amplitude: number): number {
  return Math.max(FLOOR_DBFS, 20 * Math.log10(amplitude));
}
