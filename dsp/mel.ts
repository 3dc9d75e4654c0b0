/**
 * Samples, cut anywhere, to columns of mel power: `librosa.feature.melspectrogram` with
 * `center=False`, one column at a time as the samples come. Samples are kept until the last window
 * that needs them; nothing is transformed twice.
 */
import { RealFft } from './fft.js';
import { melFilterbank } from './filterbank.js';
import type { Filterbank } from './filterbank.js';
import { checkFrontEnd } from './front-end.js';
import type { FrontEnd } from './front-end.js';

export { FRONT_END_V1, checkFrontEnd } from './front-end.js';
export type { FrontEnd } from './front-end.js';

/** Cuts one stream into columns. A column costs one transform and one pass over the filters, and allocates nothing. */
export class MelColumns {
  readonly #plan: Plan;
  readonly #power: Float32Array; // [bands]
  readonly #waiting: Float32Array; // [nFft]; samples of the next window that have come
  #count = 0;
  #skip = 0; // samples between two windows that are still to come, with hop > nFft

  /** @throws RangeError where `checkFrontEnd` does */
  constructor(frontEnd: FrontEnd) {
    this.#plan = planFor(frontEnd);
    this.#power = new Float32Array(frontEnd.bands);
    this.#waiting = new Float32Array(frontEnd.nFft);
  }

  /**
   * Takes samples and hands over each column that they complete, in order. Column n is made of
   * samples hop × n to hop × n + nFft - 1; nothing is padded, so the last samples of a stream that
   * fill no window give no column. Any cut gives the same bits.
   * @param samples finite, at the front end's rate; any number
   * @param onColumn gets power [bands], at least 0, valid during the call only
   */
  push(samples: Float32Array, onColumn: (power: Float32Array) => void): void {
    const { nFft, hop } = this.#plan;
    const waiting = this.#waiting;
    let offset = 0;
    while (offset < samples.length) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, samples.length - offset);
        this.#skip -= skipped;
        offset += skipped;
        continue;
      }
      const taken = Math.min(nFft - this.#count, samples.length - offset);
      for (let i = 0, at = this.#count; i < taken; i++) waiting[at + i] = samples[offset + i]!;
      this.#count += taken;
      offset += taken;
      if (this.#count < nFft) return;

      this.#plan.column(waiting, this.#power);
      if (hop < nFft) {
        waiting.copyWithin(0, hop);
        this.#count = nFft - hop;
      } else {
        this.#count = 0;
        this.#skip = hop - nFft;
      }
      onColumn(this.#power);
    }
  }
}

/** One plan a front end: streams that share the settings object share tables and scratch, about 100 KB with version 1. */
const plans = new WeakMap<FrontEnd, Plan>();

function planFor(frontEnd: FrontEnd): Plan {
  let plan = plans.get(frontEnd);
  if (plan === undefined) {
    checkFrontEnd(frontEnd);
    plan = new Plan(frontEnd);
    plans.set(frontEnd, plan);
  }
  return plan;
}

/** The tables and the scratch of one front end. A column is computed in one go, so streams never meet in it. */
class Plan {
  readonly nFft: number;
  readonly hop: number;
  readonly #fft: RealFft;
  readonly #window: Float64Array;
  readonly #filters: Filterbank;
  readonly #frame: Float64Array;
  readonly #spectrum: Float64Array;
  readonly #binPower: Float64Array;

  constructor({ sampleRate, nFft, hop, bands, fMin, fMax }: FrontEnd) {
    this.nFft = nFft;
    this.hop = hop;
    this.#fft = new RealFft(nFft);
    // Periodic: the period is nFft, not nFft - 1 (scipy.signal.get_window('hann', fftbins=True)).
    this.#window = Float64Array.from({ length: nFft }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / nFft));
    this.#filters = melFilterbank(sampleRate, nFft, bands, fMin, fMax);
    this.#frame = new Float64Array(nFft);
    this.#spectrum = new Float64Array(nFft + 2);
    this.#binPower = new Float64Array(nFft / 2 + 1);
  }

  /** @param samples [nFft]; @param power receives [bands] */
  column(samples: Float32Array, power: Float32Array): void {
    const frame = this.#frame;
    const window = this.#window;
    const spectrum = this.#spectrum;
    const binPower = this.#binPower;
    for (let i = 0; i < frame.length; i++) frame[i] = samples[i]! * window[i]!;
    this.#fft.transform(frame, spectrum);
    for (let bin = 0; bin < binPower.length; bin++) {
      const re = spectrum[2 * bin]!;
      const im = spectrum[2 * bin + 1]!;
      binPower[bin] = re * re + im * im;
    }
    const { firstBin, runStart, weights } = this.#filters;
    for (let band = 0; band < firstBin.length; band++) {
      let sum = 0;
      for (let i = runStart[band]!, bin = firstBin[band]!; i < runStart[band + 1]!; i++, bin++) sum += weights[i]! * binPower[bin]!;
      power[band] = sum;
    }
  }
}
