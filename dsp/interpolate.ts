/**
 * The exact half of resampling: values between samples that are already band-limited, so the
 * filter is short; a polyphase filter bank (Crochiere and Rabiner 1983, Multirate Digital Signal
 * Processing, chapter 3). Positions are kept as two integers and never drift.
 */
import { kaiserAttenuationDb, kaiserHalf, kaiserLowpass } from './kaiser.js';

/** So many phases are exact; between them, where there would be more, rows are interpolated (error below -115 dB). */
const MOST_PHASES = 1024;

/** Filters for steps of `stride / phases` samples, the same for all streams that take such steps. */
export class InterpolationPlan {
  /** Outputs lie `stride / phases` samples apart, in lowest terms. */
  readonly stride: number;
  readonly phases: number;
  /** A multiple of 4; 1 where every output is a sample itself. */
  readonly taps: number;
  readonly rowCount: number;
  /** [rowCount + 1][taps]; row r is for positions r / rowCount after a sample. */
  readonly rows: Float64Array;

  /**
   * @param stride, phases outputs lie stride / phases samples apart
   * @param band where the samples' spectrum ends, cycles per sample, below 1/2
   * @param attenuationDb of images, at least; what taps are left over by rounding up serve to better it
   */
  constructor(stride: number, phases: number, band: number, attenuationDb: number) {
    const divisor = gcd(stride, phases);
    this.stride = stride / divisor;
    this.phases = phases / divisor;
    this.rowCount = Math.min(this.phases, MOST_PHASES);
    const transition = 1 - 2 * band; // the first image begins at 1 - band
    this.taps = this.phases === 1 ? 1 : 4 * Math.ceil(kaiserHalf(transition, attenuationDb) / 2);
    const lowpass = kaiserLowpass(band, 1 - band, kaiserAttenuationDb(transition, this.taps / 2));
    this.rows = new Float64Array((this.rowCount + 1) * this.taps);
    for (let row = 0; row <= this.rowCount; row++) {
      for (let tap = 0; tap < this.taps; tap++) {
        this.rows[row * this.taps + tap] = this.taps === 1 ? 1 : lowpass.at(tap - this.before - row / this.rowCount);
      }
    }
  }

  /** Taps on samples before the one at or before an output. */
  get before(): number {
    return this.taps === 1 ? 0 : this.taps / 2 - 1;
  }
}

/** One stream through a plan's filters. Output k lies at sample k × stride / phases. */
export class Interpolator {
  readonly #plan: InterpolationPlan;
  #samples: Float64Array;
  #count: number;
  /** Where the next output's first tap lies in `#samples`, and its position after the sample, in phases. */
  #first = 0;
  #phase = 0;

  /** @param most samples that one `push` brings */
  constructor(plan: InterpolationPlan, most: number) {
    this.#plan = plan;
    this.#samples = new Float64Array(plan.taps + most);
    this.#count = plan.before; // silence before the stream
  }

  /**
   * Position of the next output counted from the end of the samples so far, in phases; negative
   * while it lies before the end. Exact.
   */
  get position(): number {
    return (this.#first + this.#plan.before - this.#count) * this.#plan.phases + this.#phase;
  }

  /**
   * Costs one multiply-add a tap, two where rows are interpolated.
   * @param samples at most as many as the constructor was told
   * @param output receives the outputs that are complete, from `offset` on
   * @returns offset after the last one
   */
  push(samples: Float64Array, output: Float32Array, offset: number): number {
    const { stride, phases, taps, rowCount, rows } = this.#plan;
    const input = this.#samples;
    input.set(samples, this.#count);
    this.#count += samples.length;
    const last = this.#count - taps;
    const wholeStep = Math.floor(stride / phases);
    const phaseStep = stride % phases;
    let first = this.#first;
    let phase = this.#phase;
    while (first <= last) {
      if (taps === 1) {
        output[offset++] = input[first]!;
      } else if (rowCount === phases) {
        output[offset++] = dot(input, first, rows, phase * taps, taps);
      } else {
        const place = (phase * rowCount) / phases;
        const row = Math.floor(place);
        const low = dot(input, first, rows, row * taps, taps);
        const high = dot(input, first, rows, (row + 1) * taps, taps);
        output[offset++] = low + (place - row) * (high - low);
      }
      first += wholeStep;
      phase += phaseStep;
      if (phase >= phases) {
        phase -= phases;
        first++;
      }
    }
    const passed = Math.min(first, this.#count);
    input.copyWithin(0, passed, this.#count);
    this.#count -= passed;
    this.#first = first - passed;
    this.#phase = phase;
    return offset;
  }
}

function dot(x: Float64Array, xAt: number, h: Float64Array, hAt: number, length: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < length; i += 4) {
    a += x[xAt + i]! * h[hAt + i]!;
    b += x[xAt + i + 1]! * h[hAt + i + 1]!;
    c += x[xAt + i + 2]! * h[hAt + i + 2]!;
    d += x[xAt + i + 3]! * h[hAt + i + 3]!;
  }
  return a + b + (c + d);
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
