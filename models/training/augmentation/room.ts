/**
 * What a room between loudspeaker and microphone does to mel levels: each column goes on sounding
 * while later ones begin, and each band is raised or lowered by the room's modes. Reverberation as
 * an exponential decay of power (Sabine; Polack 1988), seen at the rate of the columns; the many
 * reflections add up with random phases, so what is left of their sum in a narrow band fluctuates
 * (Schroeder 1954).
 */
import { melEdges } from '../../../dsp/mel/filterbank.js';
import type { FrontEnd } from '../../../dsp/mel/mel-columns.js';
import type { Random } from '../../random.js';

/** Time in which the sound falls by 60 dB, s. */
const RT60_S = [0.25, 0.9] as const;
/** Reverberation over direct sound, dB. */
const WET_DB = [-6, 9] as const;
/** Deviation of the colouring in the lowest band and in the highest, where many modes average out. */
const COLOUR_DB = [2, 0.6] as const;
/** Deviation in dB of a power that is the mean of n independent ones, times √n (exponentially distributed powers, for all but the smallest n). */
const FLUCTUATION_DB = 4.34;
/** Noise bandwidths: of the Hann window in bins, of a triangle in its base. */
const HANN_BINS = 1.5;
const TRIANGLE = 2 / 3;

/** One room with what still sounds in it. */
export class Room {
  readonly #random: Random;
  readonly #colourDb: Float32Array;
  readonly #fluctuationDb: Float32Array;
  readonly #decay: number;
  /** Reverberation of a column's own sound within it, and in the next one; less by `#decay` in each after. */
  readonly #own: number;
  readonly #next: number;
  readonly #tail: Float64Array;

  constructor({ bands, hop, nFft, fMin, fMax, sampleRate }: FrontEnd, random: Random) {
    this.#random = random;
    const wet = 10 ** (random.between(WET_DB[0], WET_DB[1]) / 10);
    const decays = (6 * Math.LN10 * hop) / sampleRate / random.between(RT60_S[0], RT60_S[1]); // in a column, as a power of e
    this.#decay = Math.exp(-decays);
    // Sound that comes evenly over a column, each part of it decaying from when it came.
    this.#own = wet * (1 - (1 - this.#decay) / decays);
    this.#next = (wet * (1 - this.#decay) ** 2) / decays;
    this.#colourDb = Float32Array.from({ length: bands }, (_, band) => random.normal() * (COLOUR_DB[0] + ((COLOUR_DB[1] - COLOUR_DB[0]) * band) / (bands - 1)));
    const edges = melEdges(bands, fMin, fMax);
    this.#fluctuationDb = Float32Array.from({ length: bands }, (_, band) => {
      const independent = (TRIANGLE * (edges[band + 2]! - edges[band]!)) / ((HANN_BINS * sampleRate) / nFft);
      return FLUCTUATION_DB / Math.sqrt(independent);
    });
    this.#tail = new Float64Array(bands);
  }

  /** @param column [bands] levels in dB, changed in place */
  push(column: Float32Array): void {
    let before = this.#random.normal();
    for (let band = 0; band < column.length; band++) {
      const power = 10 ** (column[band]! / 10);
      // Neighbouring bands overlap by half, and so do their fluctuations.
      const normal = this.#random.normal();
      const fluctuation = 10 ** ((this.#fluctuationDb[band]! * Math.SQRT1_2 * (before + normal)) / 10);
      before = normal;
      const reverberation = (this.#own * power + this.#next * this.#tail[band]!) * fluctuation;
      column[band] = 10 * Math.log10(power + reverberation) + this.#colourDb[band]!;
      this.#tail[band] = this.#tail[band]! * this.#decay + power; // what later columns will hear
    }
  }
}
