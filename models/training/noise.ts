/** Sound that isn't music under the music: levels of speech and noises, added as powers. */
import { decodeLevel } from '../../dsp/levels.js';
import type { Pack } from '../pack.js';
import type { Random } from './random.js';

/** Of the music over the noise, drawn evenly. */
const SNR_DB = [8, 28] as const;

const POWER = Float64Array.from({ length: 256 }, (_, byte) => 10 ** (decodeLevel(byte) / 10));

/** One stretch of noise, at a level that fits the music. */
export class Noise {
  readonly #levels: Uint8Array;
  readonly #gain: number;
  #at: number;

  /**
   * @param noises of the same bands as the music, from anywhere in which the stretch is drawn
   * @param music [columns × bands] bytes of levels, of the whole track
   * @param columns that will come
   */
  constructor(noises: Pack, music: Uint8Array, columns: number, random: Random) {
    const { bands } = noises.frontEnd;
    const all = noises.levels.length / bands;
    const length = Math.min(columns, all);
    this.#levels = noises.levels;
    this.#at = random.below(all - length + 1) * bands;
    const wanted = (meanPower(music) / 10 ** (random.between(SNR_DB[0], SNR_DB[1]) / 10));
    this.#gain = wanted / (meanPower(noises.levels.subarray(this.#at, this.#at + length * bands)));
  }

  /** @param column [bands] levels in dB, changed in place */
  push(column: Float32Array): void {
    if (this.#at >= this.#levels.length) this.#at = 0;
    for (let band = 0; band < column.length; band++) {
      column[band] = 10 * Math.log10(10 ** (column[band]! / 10) + this.#gain * POWER[this.#levels[this.#at++]!]!);
    }
  }
}

function meanPower(levels: Uint8Array): number {
  let sum = 0;
  for (const byte of levels) sum += POWER[byte]!;
  return sum / levels.length;
}
