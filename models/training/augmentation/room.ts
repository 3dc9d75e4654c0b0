/**
 * Augmentation: room reverberation applied to mel levels. Each column decays into later ones, and each
 * band is coloured by the room's modes. Reverberation is an exponential decay of power (Sabine; Polack
 * 1988) sampled at the column rate; the many reflections add with random phases, so the power in a
 * narrow band fluctuates (Schroeder 1954).
 */
import { melEdges } from '../../../dsp/mel/filterbank.js';
import type { FrontEnd } from '../../../dsp/mel/mel-columns.js';
import type { Random } from '../../random.js';

/** Reverberation time (decay by 60 dB), s. */
const RT60_S = [0.25, 0.9] as const;
/** Reverberant to direct energy, dB. */
const WET_DB = [-6, 9] as const;
/** Standard deviation of the colouring in the lowest and in the highest band, where many modes average out. */
const COLOUR_DB = [2, 0.6] as const;
/**
 * Standard deviation in dB of a mean of n independent exponentially distributed powers, times √n; holds
 * for all but the smallest n.
 */
const FLUCTUATION_DB = 4.34;
/** Noise bandwidths: Hann window in bins, triangle relative to its base. */
const HANN_BINS = 1.5;
const TRIANGLE = 2 / 3;

/** One room with the state of its reverberation. */
export class Room {
  readonly #random: Random;
  readonly #colourDb: Float32Array;
  readonly #fluctuationDb: Float32Array;
  readonly #decay: number;
  /**
   * Share of a column's power that reverberates within the column, and in the next one; further columns
   * are lower by `#decay` each.
   */
  readonly #own: number;
  readonly #next: number;
  readonly #tail: Float64Array;

  constructor({ bands, hop, nFft, fMin, fMax, sampleRate }: FrontEnd, random: Random) {
    this.#random = random;
    const wet = 10 ** (random.between(WET_DB[0], WET_DB[1]) / 10);
    const decays = (6 * Math.LN10 * hop) / sampleRate / random.between(RT60_S[0], RT60_S[1]); // decay exponent per column
    this.#decay = Math.exp(-decays);
    // Integrated over sound that arrives evenly during a column and decays from its arrival.
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
      // Neighbouring bands overlap by half, so their fluctuations are correlated.
      const normal = this.#random.normal();
      const fluctuation = 10 ** ((this.#fluctuationDb[band]! * Math.SQRT1_2 * (before + normal)) / 10);
      before = normal;
      const reverberation = (this.#own * power + this.#next * this.#tail[band]!) * fluctuation;
      column[band] = 10 * Math.log10(power + reverberation) + this.#colourDb[band]!;
      this.#tail[band] = this.#tail[band]! * this.#decay + power; // reverberation in later columns
    }
  }
}
