/**
 * Second step of resampling: interpolation at exact positions between samples that are already
 * band-limited, so a short filter is enough; a polyphase filter bank (Crochiere and Rabiner 1983,
 * Multirate Digital Signal Processing, chapter 3). Positions are pairs of integers and never drift.
 */
import { kaiserAttenuationDb, kaiserHalf, kaiserLowpass } from './kaiser.js';

/** Up to this many phases each has its own filter; with more, filters are linearly interpolated (error below -115 dB). */
const MAX_PHASES = 1024;

/** Filters for steps of `stride / phases` samples, shared by all streams with the same step. */
export class InterpolationPlan {
  /** Outputs lie `stride / phases` samples apart, in lowest terms. */
  readonly stride: number;
  readonly phases: number;
  /** Filter length, a multiple of 4; 1 if every output coincides with a sample. */
  readonly taps: number;
  readonly rowCount: number;
  /** [rowCount + 1][taps]; row r is the filter for positions r / rowCount after a sample. */
  readonly rows: Float64Array;

  /**
   * @param stride, phases outputs lie stride / phases samples apart
   * @param band where the samples' spectrum ends, cycles per sample, below 1/2
   * @param attenuationDb minimum attenuation of images; rounding the filter length up to a multiple of 4 raises it
   */
  constructor(stride: number, phases: number, band: number, attenuationDb: number) {
    const divisor = gcd(stride, phases);
    this.stride = stride / divisor;
    this.phases = phases / divisor;
    this.rowCount = Math.min(this.phases, MAX_PHASES);
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

  /** Number of taps on samples before the one at or just before an output. */
  get before(): number {
    return this.taps === 1 ? 0 : this.taps / 2 - 1;
  }
}

/** The inner loop of interpolation. */
export interface PolyphaseFilter {
  /** Array type of the samples. */
  readonly Samples: typeof Float32Array | typeof Float64Array;
  /**
   * Costs one multiply-add per tap, two where filters are interpolated.
   * @param samples of which `first` is at the first tap of the first output
   * @param phase of the first output, 0 to phases - 1
   * @param outputs receives `count`, from `offset` on
   */
  filter(samples: Float32Array | Float64Array, first: number, phase: number, count: number, outputs: Float32Array, offset: number): void;
}

/** Interpolates one stream. Output k is at sample k × stride / phases. */
export class Interpolator {
  readonly #plan: InterpolationPlan;
  readonly #polyphase: PolyphaseFilter;
  readonly #samples: Float32Array | Float64Array;
  #count: number;
  /** Index in `#samples` of the next output's first tap, and the output's phase. */
  #first = 0;
  #phase = 0;

  /**
   * @param maxSamples maximum number of samples per `push`
   * @param polyphase of the same plan
   */
  constructor(plan: InterpolationPlan, maxSamples: number, polyphase: PolyphaseFilter) {
    this.#plan = plan;
    this.#polyphase = polyphase;
    this.#samples = new polyphase.Samples(plan.taps + maxSamples);
    this.#count = plan.before; // zeros before the first sample
  }

  /**
   * Position of the next output relative to the end of the samples so far, in phases; negative if it
   * is before the end. Exact.
   */
  get position(): number {
    return (this.#first + this.#plan.before - this.#count) * this.#plan.phases + this.#phase;
  }

  /**
   * @param samples at most `maxSamples`
   * @param output receives the completed outputs, from `offset` on
   * @returns offset after the last output
   */
  push(samples: ArrayLike<number>, output: Float32Array, offset: number): number {
    const { stride, phases, taps } = this.#plan;
    const input = this.#samples;
    input.set(samples, this.#count);
    this.#count += samples.length;
    const position = this.#first * phases + this.#phase;
    const end = (this.#count - taps + 1) * phases; // first position whose last tap is missing
    const count = Math.max(0, Math.ceil((end - position) / stride));
    this.#polyphase.filter(input, this.#first, this.#phase, count, output, offset);

    const next = position + count * stride;
    const first = Math.floor(next / phases);
    const consumed = Math.min(first, this.#count);
    input.copyWithin(0, consumed, this.#count);
    this.#count -= consumed;
    this.#first = first - consumed;
    this.#phase = next % phases;
    return offset + count;
  }
}

export class ScalarPolyphaseFilter implements PolyphaseFilter {
  readonly Samples = Float64Array;
  readonly #plan: InterpolationPlan;

  constructor(plan: InterpolationPlan) {
    this.#plan = plan;
  }

  filter(samples: Float64Array, first: number, phase: number, count: number, outputs: Float32Array, offset: number): void {
    const { stride, phases, taps, rowCount, rows } = this.#plan;
    const wholeStep = Math.floor(stride / phases);
    const phaseStep = stride % phases;
    for (const end = offset + count; offset < end; offset++) {
      if (taps === 1) {
        outputs[offset] = samples[first]!;
      } else if (rowCount === phases) {
        outputs[offset] = dot(samples, first, rows, phase * taps, taps);
      } else {
        const position = (phase * rowCount) / phases;
        const row = Math.floor(position);
        const low = dot(samples, first, rows, row * taps, taps);
        const high = dot(samples, first, rows, (row + 1) * taps, taps);
        outputs[offset] = low + (position - row) * (high - low);
      }
      first += wholeStep;
      phase += phaseStep;
      if (phase >= phases) {
        phase -= phases;
        first++;
      }
    }
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
