/**
 * RMS and peak level of samples in dBFS. An RMS of 0 dB is a square wave between -1 and 1; a sine of
 * amplitude 1 has -3.01 dB. (AES17-2015 defines that sine as 0 dB, so its RMS figures are 3.01 dB
 * higher.)
 */

/** Lower limit of both levels; silence reads this. */
export const FLOOR_DB = -120;

export interface Level {
  /** dBFS, at least -120. */
  readonly rmsDb: number;
  /** dBFS of the highest absolute sample, at least -120; the true peak between samples may be higher. */
  readonly peakDb: number;
}

/** Running sum and maximum of the squared samples. */
export interface Squares {
  sum: number;
  highest: number;
}

/** Adds samples to `squares`. `pcm.simd.ts` has a faster one. */
export type AddSquares = (samples: Float32Array, squares: Squares) => void;

function addSquares(samples: Float32Array, squares: Squares): void {
  let sum = 0;
  let highest = squares.highest;
  for (let i = 0; i < samples.length; i++) {
    const square = samples[i]! * samples[i]!;
    sum += square;
    if (square > highest) highest = square;
  }
  squares.sum += sum;
  squares.highest = highest;
}

/** Accumulates samples until it is read. */
export class LevelMeter {
  readonly #add: AddSquares;
  readonly #squares: Squares = { sum: 0, highest: 0 };
  #count = 0;

  constructor(add: AddSquares = addSquares) {
    this.#add = add;
  }

  /** @param samples finite, full scale ±1; any number, including 0 */
  push(samples: Float32Array): void {
    this.#add(samples, this.#squares);
    this.#count += samples.length;
  }

  /** Returns the levels of all samples since the last read, -120 if there were none, and resets the meter. */
  read(): Level {
    const meanSquare = this.#count > 0 ? this.#squares.sum / this.#count : 0;
    const level = {
      rmsDb: Math.max(FLOOR_DB, 10 * Math.log10(meanSquare)),
      peakDb: Math.max(FLOOR_DB, 10 * Math.log10(this.#squares.highest)),
    };
    this.#squares.sum = 0;
    this.#squares.highest = 0;
    this.#count = 0;
    return level;
  }
}
