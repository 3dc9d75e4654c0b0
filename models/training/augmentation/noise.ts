/**
 * Augmentation: mixes speech and noise under the music by adding powers. Recordings follow each other,
 * each scaled to its own random SNR, so its original level doesn't matter.
 */
import { decodeLevel } from '../../../dsp/mel/level-bytes.js';
import { trackLevels, type Pack } from '../../packs/pack.js';
import type { Random } from '../../random.js';

/** Signal-to-noise ratio, uniform. */
const SNR_DB = [5, 25] as const;
/** Maximum columns before the next recording: 5 s. */
const LONGEST = 57;

/** Power by level byte; 0 for the lowest level. */
const POWER = Float64Array.from({ length: 256 }, (_, byte) => (byte === 0 ? 0 : 10 ** (decodeLevel(byte) / 10)));

/** Endless sequence of randomly drawn recordings. */
export class Noise {
  readonly #noises: Pack;
  readonly #musicPower: number;
  readonly #random: Random;
  #levels: Uint8Array = new Uint8Array();
  #at = 0;
  #gain = 0;

  /**
   * @param noises pack with the same bands as the music
   * @param music [columns × bands] level bytes of the whole track
   */
  constructor(noises: Pack, music: Uint8Array, random: Random) {
    this.#noises = noises;
    this.#musicPower = meanPower(music);
    this.#random = random;
  }

  /** @param column [bands] levels in dB, changed in place */
  push(column: Float32Array): void {
    if (this.#at >= this.#levels.length) this.#draw(column.length);
    for (let band = 0; band < column.length; band++) {
      column[band] = 10 * Math.log10(10 ** (column[band]! / 10) + this.#gain * POWER[this.#levels[this.#at++]!]!);
    }
  }

  /** Draws another recording and a random start in it. */
  #draw(bands: number): void {
    const { tracks } = this.#noises;
    const levels = trackLevels(this.#noises, tracks[this.#random.below(tracks.length)]!);
    const first = this.#random.below(levels.length / bands);
    const power = meanPower(levels);
    const snrDb = this.#random.between(SNR_DB[0], SNR_DB[1]);
    this.#gain = power === 0 ? 0 : this.#musicPower / 10 ** (snrDb / 10) / power;
    this.#levels = levels.subarray(first * bands, (first + LONGEST) * bands);
    this.#at = 0;
  }
}

function meanPower(levels: Uint8Array): number {
  let sum = 0;
  for (const byte of levels) sum += POWER[byte]!;
  return sum / levels.length;
}
