/**
 * What a room between loudspeaker and microphone does to mel levels: each column goes on sounding
 * while later ones begin, and each band is raised or lowered by the room's modes. Reverberation as
 * an exponential decay of power (Sabine; Polack 1988), seen at the rate of the columns.
 */
import type { FrontEnd } from '../../dsp/mel.js';
import type { Random } from './random.js';

/** Time in which the sound falls by 60 dB, s. */
const RT60_S = [0.25, 0.9] as const;
/** Reverberation over direct sound, dB. */
const WET_DB = [-6, 9] as const;
/** Deviation of the colouring in the lowest band and in the highest, where many modes average out. */
const COLOUR_DB = [4, 1] as const;

/** One room with what still sounds in it. */
export class Room {
  readonly #colourDb: Float32Array;
  readonly #decay: number;
  readonly #wet: number;
  readonly #tail: Float64Array;

  constructor({ bands, hop, sampleRate }: FrontEnd, random: Random) {
    const rt60 = random.between(RT60_S[0], RT60_S[1]);
    this.#decay = 10 ** ((-6 * hop) / sampleRate / rt60);
    this.#wet = 10 ** (random.between(WET_DB[0], WET_DB[1]) / 10) * (1 - this.#decay);
    this.#colourDb = Float32Array.from({ length: bands }, (_, band) => random.normal() * (COLOUR_DB[0] + ((COLOUR_DB[1] - COLOUR_DB[0]) * band) / (bands - 1)));
    this.#tail = new Float64Array(bands);
  }

  /** @param column [bands] levels in dB, changed in place */
  push(column: Float32Array): void {
    for (let band = 0; band < column.length; band++) {
      const power = 10 ** (column[band]! / 10);
      const tail = (this.#tail[band]! + power) * this.#decay; // what later columns will hear
      column[band] = 10 * Math.log10(power + this.#wet * (power + this.#tail[band]!)) + this.#colourDb[band]!;
      this.#tail[band] = tail;
    }
  }
}
