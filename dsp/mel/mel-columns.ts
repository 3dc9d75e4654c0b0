/**
 * Streaming mel spectrogram: chunks of samples of any length to columns of mel power, as
 * `librosa.feature.melspectrogram` with `center=False`. Only the samples of an unfinished window are
 * buffered, and each window is transformed once.
 */
import { applyFilterbank, melFilterbank } from './filterbank.js';
import type { Filterbank } from './filterbank.js';
import { Frames } from './frames.js';
import { checkFrontEnd } from './front-end.js';
import type { FrontEnd } from './front-end.js';
import { PowerSpectrum } from '../fft/power-spectrum.js';

export { FRONT_END_V1, checkFrontEnd } from './front-end.js';
export type { FrontEnd } from './front-end.js';

/** The mel columns of one stream. A column costs one FFT and one pass over the filters, and allocates nothing. */
export class MelColumns {
  readonly #transform: ColumnTransform;
  readonly #power: Float32Array; // [bands]
  readonly #frames: Frames;

  /**
   * @param transform for this front end; `mel-columns.simd.ts` has a faster one
   * @throws RangeError where `checkFrontEnd` does
   */
  constructor(frontEnd: FrontEnd, transform = scalarColumnTransform(frontEnd)) {
    this.#transform = transform;
    this.#power = new Float32Array(frontEnd.bands);
    this.#frames = new Frames(frontEnd.nFft, frontEnd.hop);
  }

  /**
   * Adds samples and reports each completed column, in order. Column n covers samples hop × n to
   * hop × n + nFft - 1; nothing is padded, so an incomplete window at the end of a stream gives no
   * column. The result is bit-identical however the samples are split into chunks.
   * @param samples finite, at the front end's rate; any number
   * @param onColumn receives power [bands], at least 0, valid during the call only
   */
  push(samples: Float32Array, onColumn: (power: Float32Array) => void): void {
    const frames = this.#frames;
    for (let offset = 0; offset < samples.length;) {
      offset = frames.fill(samples, offset);
      if (!frames.isFull) return;
      this.#transform.column(frames.samples, this.#power);
      frames.advance();
      onColumn(this.#power);
    }
  }

  /**
   * Adds samples without computing their columns, for audio that is dropped because it is too late;
   * later columns keep their positions.
   * @returns the number of columns completed
   */
  skip(samples: Float32Array): number {
    const frames = this.#frames;
    let columns = 0;
    for (let offset = 0; offset < samples.length;) {
      offset = frames.fill(samples, offset);
      if (!frames.isFull) break;
      frames.advance();
      columns++;
    }
    return columns;
  }
}

/** Computes a column from the samples of a window. Each call is synchronous, so streams can share tables and scratch buffers. */
export interface ColumnTransform {
  /** @param samples [nFft], finite; unchanged. @param power receives [bands] */
  column(samples: Float32Array, power: Float32Array): void;
}

const transforms = new WeakMap<FrontEnd, ColumnTransform>();

/**
 * One instance per settings object: streams that share it share tables and scratch buffers, about 100 KB with version 1.
 * @throws RangeError where `checkFrontEnd` does
 */
export function scalarColumnTransform(frontEnd: FrontEnd): ColumnTransform {
  let transform = transforms.get(frontEnd);
  if (transform === undefined) {
    checkFrontEnd(frontEnd);
    transform = new ScalarColumns(frontEnd);
    transforms.set(frontEnd, transform);
  }
  return transform;
}

class ScalarColumns implements ColumnTransform {
  readonly #spectrum: PowerSpectrum;
  readonly #filters: Filterbank;
  readonly #binPower: Float64Array;

  constructor({ sampleRate, nFft, bands, fMin, fMax }: FrontEnd) {
    this.#spectrum = new PowerSpectrum(nFft);
    this.#filters = melFilterbank(sampleRate, nFft, bands, fMin, fMax);
    this.#binPower = new Float64Array(this.#spectrum.bins);
  }

  column(samples: Float32Array, power: Float32Array): void {
    this.#spectrum.column(samples, this.#binPower);
    applyFilterbank(this.#filters, this.#binPower, power, 0);
  }
}
