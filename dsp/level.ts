/**
 * RMS and peak level of a stretch of samples in dBFS, where a square wave between -1 and 1 is 0 dB
 * and a sine of amplitude 1 has an RMS of -3.01 dB. (AES17-2015 puts 0 dB at that sine, so its RMS
 * figures are 3.01 dB higher than these.)
 */

/** What silence reads, and the least of both levels. */
export const FLOOR_DB = -120;

export interface Level {
  /** dBFS, at least -120. */
  readonly rmsDb: number;
  /** dBFS of the highest absolute sample, at least -120; the true peak between samples may be higher. */
  readonly peakDb: number;
}

/** Gathers samples until it is read. */
export class LevelMeter {
  #sumOfSquares = 0;
  #highestSquare = 0;
  #count = 0;

  /** @param samples finite, full scale ±1; any number, none included */
  push(samples: Float32Array): void {
    let sum = 0;
    let highest = this.#highestSquare;
    for (let i = 0; i < samples.length; i++) {
      const square = samples[i]! * samples[i]!;
      sum += square;
      if (square > highest) highest = square;
    }
    this.#sumOfSquares += sum;
    this.#highestSquare = highest;
    this.#count += samples.length;
  }

  /** The levels of all samples since the last read, -120 where there were none; then starts afresh. */
  read(): Level {
    const meanSquare = this.#count > 0 ? this.#sumOfSquares / this.#count : 0;
    const level = {
      rmsDb: Math.max(FLOOR_DB, 10 * Math.log10(meanSquare)),
      peakDb: Math.max(FLOOR_DB, 10 * Math.log10(this.#highestSquare)),
    };
    this.#sumOfSquares = 0;
    this.#highestSquare = 0;
    this.#count = 0;
    return level;
  }
}
