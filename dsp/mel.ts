/**
 * Samples to columns of mel power, as they come: the window's samples are carried from call to
 * call, so any cut of the input gives bit-identical columns. Same numbers as librosa's
 * feature.melspectrogram with center=False.
 */
import { PowerSpectrum } from './fft.js';
import { melFilters, type MelFilter } from './filterbank.js';

/** The front end's settings. Column n covers samples hop × n to hop × n + nFft - 1. */
export interface FrontEnd {
  /** Hz. */
  readonly sampleRate: number;
  /** Window and FFT size in samples, a power of two. */
  readonly nFft: number;
  /** Samples from one column to the next; may be more than nFft. */
  readonly hop: number;
  readonly bands: number;
  /** Lower edge of the first band, Hz. */
  readonly fMin: number;
  /** Upper edge of the last band, Hz. */
  readonly fMax: number;
  /** Periodic Hann. */
  readonly window: 'hann';
  /** The spectrum's exponent: |FFT|². */
  readonly power: 2;
  readonly melScale: 'slaney';
  readonly melNorm: 'slaney';
}

/** 11.5 columns a second, the resolution of the labelled data. */
export const FRONT_END_V1: FrontEnd = {
  sampleRate: 22050,
  nFft: 2048,
  hop: 1920,
  bands: 64,
  fMin: 30,
  fMax: 11025,
  window: 'hann',
  power: 2,
  melScale: 'slaney',
  melNorm: 'slaney',
};

/** Carries the samples of one stream's unfinished columns. */
export class MelColumns {
  readonly #hop: number;
  readonly #window: Float64Array;
  readonly #filters: readonly MelFilter[];
  readonly #fft: PowerSpectrum;
  readonly #spectrum: Float64Array;
  readonly #power: Float32Array;
  /** Samples of the next column, the first `#held` of them known. */
  readonly #samples: Float32Array;
  #held = 0;
  /** Samples to pass over before the next column begins, where hop is more than nFft. */
  #skip = 0;

  constructor(frontEnd: FrontEnd) {
    const { nFft, hop, bands } = frontEnd;
    this.#hop = hop;
    this.#window = Float64Array.from({ length: nFft }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / nFft));
    this.#filters = melFilters(frontEnd);
    this.#fft = new PowerSpectrum(nFft);
    this.#spectrum = new Float64Array(nFft / 2 + 1);
    this.#power = new Float32Array(bands);
    this.#samples = new Float32Array(nFft);
  }

  /**
   * Takes samples at the front end's rate and hands out each column as it is complete.
   * Costs one FFT and about two multiply-adds a bin per column; allocates nothing.
   * @param onColumn gets [bands] powers, scratch that is valid during the call only
   */
  push(samples: Float32Array, onColumn: (power: Float32Array) => void): void {
    const nFft = this.#samples.length;
    let at = 0;
    while (at < samples.length) {
      if (this.#skip > 0) {
        const passed = Math.min(this.#skip, samples.length - at);
        this.#skip -= passed;
        at += passed;
        continue;
      }
      const taken = Math.min(nFft - this.#held, samples.length - at);
      for (let index = 0; index < taken; index++) this.#samples[this.#held + index] = samples[at + index]!;
      this.#held += taken;
      at += taken;
      if (this.#held < nFft) return;
      this.#column();
      onColumn(this.#power);
      if (this.#hop < nFft) {
        this.#samples.copyWithin(0, this.#hop);
        this.#held = nFft - this.#hop;
      } else {
        this.#held = 0;
        this.#skip = this.#hop - nFft;
      }
    }
  }

  #column(): void {
    const input = this.#fft.input;
    const samples = this.#samples;
    const window = this.#window;
    for (let n = 0; n < input.length; n++) input[n] = samples[n]! * window[n]!;
    const spectrum = this.#spectrum;
    this.#fft.transform(spectrum);
    const filters = this.#filters;
    for (let band = 0; band < filters.length; band++) {
      const { first, weights } = filters[band]!;
      let sum = 0;
      for (let index = 0; index < weights.length; index++) sum += weights[index]! * spectrum[first + index]!;
      this.#power[band] = sum;
    }
  }
}
