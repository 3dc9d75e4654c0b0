/**
 * Mel-frequency cepstral coefficients (Davis and Mermelstein 1980): the shape of the spectrum, from
 * coarse to fine, as the discrete cosine transform of its mel levels in dB.
 * `librosa.feature.mfcc(n_mfcc=20)`: 128 bands, DCT-II, orthonormal.
 */
import { LOG_MEL_BANDS } from './log-mel.js';

export const MFCC_SIZE = 20;

export class Mfcc {
  readonly size: number;
  readonly #cosines: Float64Array; // [size, bands]

  constructor(size = MFCC_SIZE) {
    const bands = LOG_MEL_BANDS;
    this.size = size;
    this.#cosines = Float64Array.from({ length: size * bands }, (_, index) => {
      const k = Math.floor(index / bands);
      const scale = Math.sqrt((k === 0 ? 1 : 2) / bands);
      return scale * Math.cos((Math.PI * k * (2 * (index % bands) + 1)) / (2 * bands));
    });
  }

  /**
   * One column; costs size × 128 multiply-adds.
   * @param levelsDb [128] from `offset` on, from `LogMel`
   * @param floorDb levels below it are raised to it (`Floor`): of the whole recording to match librosa, of the audio so far in a live stream
   * @param out receives [size] from `outOffset` on
   */
  column(levelsDb: Float32Array | Float64Array, offset: number, floorDb: number, out: Float32Array, outOffset = 0): void {
    const cosines = this.#cosines;
    for (let k = 0, at = 0; k < this.size; k++) {
      let sum = 0;
      for (let band = 0; band < LOG_MEL_BANDS; band++, at++) {
        const level = levelsDb[offset + band]!;
        sum += cosines[at]! * (level > floorDb ? level : floorDb);
      }
      out[outOffset + k] = sum;
    }
  }
}
