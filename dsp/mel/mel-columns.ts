/**
 * Samples, cut anywhere, to columns of mel power: `librosa.feature.melspectrogram` with
 * `center=False`, one column at a time as the samples come. Samples are kept until the last window
 * that needs them; nothing is transformed twice.
 */
import { applyFilterbank, melFilterbank } from './filterbank.js';
import type { Filterbank } from './filterbank.js';
import { Frames } from './frames.js';
import { checkFrontEnd } from './front-end.js';
import type { FrontEnd } from './front-end.js';
import { PowerSpectrum } from '../fft/power-spectrum.js';

export { FRONT_END_V1, checkFrontEnd } from './front-end.js';
export type { FrontEnd } from './front-end.js';

/** Cuts one stream into columns. A column costs one transform and one pass over the filters, and allocates nothing. */
export class MelColumns {
  readonly #maker: ColumnTransform;
  readonly #power: Float32Array; // [bands]
  readonly #frames: Frames;

  /**
   * @param maker for this front end; `mel-columns.simd.ts` has a faster one
   * @throws RangeError where `checkFrontEnd` does
   */
  constructor(frontEnd: FrontEnd, maker = scalarColumnTransform(frontEnd)) {
    this.#maker = maker;
    this.#power = new Float32Array(frontEnd.bands);
    this.#frames = new Frames(frontEnd.nFft, frontEnd.hop);
  }

  /**
   * Takes samples and hands over each column that they complete, in order. Column n is made of
   * samples hop × n to hop × n + nFft - 1; nothing is padded, so the last samples of a stream that
   * fill no window give no column. Any cut gives the same bits.
   * @param samples finite, at the front end's rate; any number
   * @param onColumn gets power [bands], at least 0, valid during the call only
   */
  push(samples: Float32Array, onColumn: (power: Float32Array) => void): void {
    const frames = this.#frames;
    for (let offset = 0; offset < samples.length;) {
      offset = frames.fill(samples, offset);
      if (!frames.isFull) return;
      this.#maker.column(frames.samples, this.#power);
      frames.advance();
      onColumn(this.#power);
    }
  }

  /**
   * Takes samples without looking at them, for sound that nobody waits for any more: the columns
   * after them are where they would have been.
   * @returns columns that they complete
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

/** Makes a column of a window's samples. It is made in one go, so streams never meet in its tables and scratch. */
export interface ColumnTransform {
  /** @param samples [nFft], finite; unchanged. @param power receives [bands] */
  column(samples: Float32Array, power: Float32Array): void;
}

const makers = new WeakMap<FrontEnd, ColumnTransform>();

/**
 * One a front end: streams that share the settings object share tables and scratch, about 100 KB with version 1.
 * @throws RangeError where `checkFrontEnd` does
 */
export function scalarColumnTransform(frontEnd: FrontEnd): ColumnTransform {
  let maker = makers.get(frontEnd);
  if (maker === undefined) {
    checkFrontEnd(frontEnd);
    maker = new ScalarColumns(frontEnd);
    makers.set(frontEnd, maker);
  }
  return maker;
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
