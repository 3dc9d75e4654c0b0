/**
 * The exact half of resampling: values between samples that are already band-limited, so the
 * filter is short; a polyphase filter bank (Crochiere and Rabiner 1983, Multirate Digital Signal
 * Processing, chapter 3). Positions are kept as two integers and never drift.
 */
import { kaiserAttenuationDb, kaiserHalf, kaiserLowpass } from './kaiser.js';

/** So many phases are exact; between them, where there would be more, rows are interpolated (error below -115 dB). */
const MAX_PHASES = 1024;

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

  /** Taps on samples before the one at or before an output. */
  get before(): number {
    return this.taps === 1 ? 0 : this.taps / 2 - 1;
  }
}

/** Reads values between samples. */
export interface PolyphaseFilter {
  /** How it wants the samples. */
  readonly Samples: typeof Float32Array | typeof Float64Array;
  /**
   * Costs one multiply-add a tap, two where rows are interpolated.
   * @param samples from `first` on the taps of the first output
   * @param phase of the first output, 0 to phases - 1
   * @param outputs receives `count`, from `offset` on
   */
  filter(samples: Float32Array | Float64Array, first: number, phase: number, count: number, outputs: Float32Array, offset: number): void;
}

/** One stream through a plan's filters. Output k lies at sample k × stride / phases. */
export class Interpolator {
  readonly #plan: InterpolationPlan;
  readonly #polyphase: PolyphaseFilter;
  readonly #samples: Float32Array | Float64Array;
  #count: number;
  /** Where the next output's first tap lies in `#samples`, and its position after the sample, in phases. */
  #first = 0;
  #phase = 0;

  /**
   * @param most samples that one `push` brings
   * @param polyphase of the same plan
   */
  constructor(plan: InterpolationPlan, most: number, polyphase: PolyphaseFilter) {
    this.#plan = plan;
    this.#polyphase = polyphase;
    this.#samples = new polyphase.Samples(plan.taps + most);
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
   * @param samples at most as many as the constructor was told
   * @param output receives the outputs that are complete, from `offset` on
   * @returns offset after the last one
   */
  push(samples: ArrayLike<number>, output: Float32Array, offset: number): number {
    const { stride, phases, taps } = this.#plan;
    const input = this.#samples;
    input.set(samples, this.#count);
    this.#count += samples.length;
    const place = this.#first * phases + this.#phase;
    const end = (this.#count - taps + 1) * phases; // where an output would lack its last tap
    const count = Math.max(0, Math.ceil((end - place) / stride));
    this.#polyphase.filter(input, this.#first, this.#phase, count, output, offset);

    const next = place + count * stride;
    const first = Math.floor(next / phases);
    const passed = Math.min(first, this.#count);
    input.copyWithin(0, passed, this.#count);
    this.#count -= passed;
    this.#first = first - passed;
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
        const place = (phase * rowCount) / phases;
        const row = Math.floor(place);
        const low = dot(samples, first, rows, row * taps, taps);
        const high = dot(samples, first, rows, (row + 1) * taps, taps);
        outputs[offset] = low + (place - row) * (high - low);
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
