/**
 * Mel levels in dB of 128 bands over the whole spectrum, the input of MFCC and onset strength:
 * `power_to_db(librosa.feature.melspectrogram(…))` without its floor (`decibels.ts`).
 */
import { applyFilterbank, melFilterbank, type Filterbank } from '../mel/filterbank.js';
import { decibels } from './decibels.js';

export const LOG_MEL_BANDS = 128;

export class LogMel {
  readonly bands = LOG_MEL_BANDS;
  readonly #filters: Filterbank;

  /** @param sampleRate Hz; @param nFft FFT size */
  constructor(sampleRate: number, nFft: number) {
    this.#filters = melFilterbank(sampleRate, nFft, LOG_MEL_BANDS, 0, sampleRate / 2);
  }

  /**
   * @param power [nFft / 2 + 1]
   * @param levelsDb receives [bands] from `offset` on, at least -100
   */
  column(power: Float64Array, levelsDb: Float32Array | Float64Array, offset = 0): void {
    applyFilterbank(this.#filters, power, levelsDb, offset);
    for (let band = offset; band < offset + LOG_MEL_BANDS; band++) levelsDb[band] = decibels(levelsDb[band]!);
  }
}
