/**
 * Streaming conversion between any two sample rates, in two steps. First a steep low-pass filter
 * removes everything above half the lower rate and changes the rate by a power of two, which leaves
 * at least the top third of the spectrum empty unless this already gives the output's rate
 * (`band-limit.ts`). Then the outputs are interpolated at their exact positions, for which a dozen
 * taps are enough (`interpolate.ts`). A single polyphase filter would need 260 taps at 48 kHz and
 * cost four to seven times as much.
 *
 * The pass band ends at 0.9 of half the lower rate; the stop band begins at half the lower rate
 * exactly, so nothing aliases into any band.
 */
import { BandLimiter, BandLimitPlan, ScalarBlockFilter, type BlockFilter } from './band-limit.js';
import { InterpolationPlan, Interpolator, ScalarPolyphaseFilter, type PolyphaseFilter } from './interpolate.js';
import { ScratchBuffer } from '../scratch-buffer.js';

export const LOWEST_RATE = 8000;
export const HIGHEST_RATE = 192_000;

const PASSBAND_SHARE = 0.9;
/** Minimum attenuation of aliases and images, dB; 94 is what 12 interpolation taps reach. */
const STOPBAND_DB = 94;
/** The intermediate rate is at least this multiple of the lower rate. */
const MIN_RATE_RATIO = 1.5;
/** Longer blocks cost less CPU and add latency; for comparison, a block of the shipped network lasts 0.35 s. */
const MAX_DELAY_S = 0.06;
/** Size of the plan cache; limited because clients choose the rates. */
const MAX_CACHED_PLANS = 16;

/** Converts one stream. */
export class Resampler {
  /**
   * Maximum latency in input samples: after n samples in, all outputs at times before
   * n - delayInputSamples were returned. The outputs are not shifted in time. 0 for equal rates.
   */
  readonly delayInputSamples: number;
  readonly #plan: Plan | undefined;
  #limiter: BandLimiter | undefined;
  #interpolator: Interpolator | undefined;
  readonly #scratch: ScratchBuffer;
  #output: Float32Array = new Float32Array(0);
  #count = 0;

  /**
   * @param scratch for the outputs; resamplers may share one if each output is consumed before the next call to any of them
   * @param loops `resampler.simd.ts` has faster ones
   * @throws RangeError unless both rates are whole numbers from 8,000 to 192,000 Hz
   */
  constructor(inputRate: number, outputRate = 22050, scratch = new ScratchBuffer(), loops: ResampleLoops = SCALAR) {
    checkRate('input', inputRate);
    checkRate('output', outputRate);
    this.#scratch = scratch;
    this.#plan = inputRate === outputRate ? undefined : planFor(inputRate, outputRate, loops);
    this.delayInputSamples = this.#plan?.delayInputSamples ?? 0;
    this.#start();
  }

  /**
   * @param samples finite; any number
   * @returns the completed outputs: output k is at input time k × input rate / output rate. A view
   *   valid until the next call; the input itself if both rates are equal. Bit-identical however the
   *   samples are split into chunks.
   */
  push(samples: Float32Array): Float32Array {
    if (this.#limiter === undefined) return samples;
    this.#count = 0;
    this.#limiter.push(samples, this.#interpolate);
    return this.#output.subarray(0, this.#count);
  }

  /**
   * Ends the stream and returns the remaining outputs, as if silence followed. In total, n samples in
   * give ⌈n × output rate / input rate⌉ out. The next push starts a new stream.
   * @returns a view valid until the next call
   */
  flush(): Float32Array {
    this.#count = 0;
    if (this.#plan === undefined || this.#limiter === undefined || this.#interpolator === undefined) return this.#output;
    const { stride, phases } = this.#plan.interpolation;
    const { up, down } = this.#plan.bandLimit;
    // Outputs from the interpolator's position to the end of the input; integer arithmetic until the division.
    const remaining = Math.ceil((this.#limiter.pending * up * phases - this.#interpolator.position * down) / (stride * down));
    while (this.#count < remaining) this.#limiter.pad(this.#interpolate);
    this.#start();
    return this.#output.subarray(0, remaining);
  }

  #start(): void {
    if (this.#plan === undefined) return;
    const { bandLimit, interpolation, filter, polyphase } = this.#plan;
    this.#limiter = new BandLimiter(bandLimit, filter);
    this.#interpolator = new Interpolator(interpolation, bandLimit.outputs, polyphase);
  }

  readonly #interpolate = (values: ArrayLike<number>): void => {
    const needed = this.#count + this.#plan!.maxOutputs;
    if (this.#output.length < needed) {
      const larger = this.#scratch.view(Math.max(needed, 2 * this.#count));
      larger.set(this.#output.subarray(0, this.#count));
      this.#output = larger;
    }
    this.#count = this.#interpolator!.push(values, this.#output, this.#count);
  };
}

/** Creates the inner loops of both steps for given plans. */
export interface ResampleLoops {
  blockFilter(plan: BandLimitPlan): BlockFilter;
  polyphase(plan: InterpolationPlan): PolyphaseFilter;
}

const SCALAR: ResampleLoops = {
  blockFilter: (plan) => new ScalarBlockFilter(plan),
  polyphase: (plan) => new ScalarPolyphaseFilter(plan),
};

/** Both steps for one pair of rates. */
class Plan {
  readonly bandLimit: BandLimitPlan;
  readonly interpolation: InterpolationPlan;
  readonly filter: BlockFilter;
  readonly polyphase: PolyphaseFilter;
  /** Maximum number of outputs from two blocks of the band limiter. */
  readonly maxOutputs: number;
  readonly delayInputSamples: number;

  constructor(inputRate: number, outputRate: number, loops: ResampleLoops) {
    const lowerRate = Math.min(inputRate, outputRate);
    const stopHz = lowerRate / 2;
    const { up, down } = powerOfTwo(inputRate, outputRate);
    this.bandLimit = new BandLimitPlan({
      inputRate, up, down, passHz: PASSBAND_SHARE * stopHz, stopHz, attenuationDb: STOPBAND_DB, maxDelayS: MAX_DELAY_S,
    });
    this.interpolation = new InterpolationPlan(inputRate * up, outputRate * down, (stopHz * down) / (inputRate * up), STOPBAND_DB);
    const { stride, phases, taps } = this.interpolation;
    this.filter = loops.blockFilter(this.bandLimit);
    this.polyphase = loops.polyphase(this.interpolation);
    this.maxOutputs = Math.ceil((this.bandLimit.outputs * phases) / stride) + 1;
    this.delayInputSamples = 2 * this.bandLimit.hop + this.bandLimit.half + Math.ceil(((taps / 2) * down) / up);
  }
}

/** The intermediate rate is input rate × up / down: the output rate if possible, else the lowest one allowed by `MIN_RATE_RATIO`. */
function powerOfTwo(inputRate: number, outputRate: number): { up: number; down: number } {
  const ratio = Math.log2(outputRate / inputRate);
  if (Number.isInteger(ratio)) return { up: 2 ** Math.max(0, ratio), down: 2 ** Math.max(0, -ratio) };
  const minRate = MIN_RATE_RATIO * Math.min(inputRate, outputRate);
  let down = 1;
  while (inputRate / (2 * down) >= minRate) down *= 2;
  return { up: inputRate < minRate ? 2 : 1, down };
}

const plansOf = new WeakMap<ResampleLoops, Map<string, Plan>>();

function planFor(inputRate: number, outputRate: number, loops: ResampleLoops): Plan {
  let plans = plansOf.get(loops);
  if (plans === undefined) plansOf.set(loops, plans = new Map());
  const key = `${inputRate} to ${outputRate}`;
  let plan = plans.get(key);
  if (plan === undefined) {
    plan = new Plan(inputRate, outputRate, loops);
    if (plans.size >= MAX_CACHED_PLANS) plans.delete(plans.keys().next().value!);
    plans.set(key, plan);
  }
  return plan;
}

function checkRate(which: string, rate: number): void {
  if (Number.isInteger(rate) && rate >= LOWEST_RATE && rate <= HIGHEST_RATE) return;
  throw new RangeError(`The ${which} rate must be a whole number from ${LOWEST_RATE} to ${HIGHEST_RATE} Hz, not ${rate}.`);
}
