/**
 * Spectral contrast (Jiang, Lu, Zhang, Tao and Cai 2002): the difference between peaks and valleys
 * in each of seven octave-wide bands, high for tones and low for noise. As
 * `librosa.feature.spectral_contrast`, including its handling of band edges and its decibels, which
 * are 10 log10 of magnitudes.
 */
import { decibels, Floor } from './decibels.js';

export const CONTRAST_SIZE = 7;
/** Upper edge of the lowest band; each higher band is an octave wide, the last one extends to the last bin. */
const LOWEST_HZ = 200;
/** Share of a band's bins that are averaged for its peak, and for its valley; at least one bin. */
const QUANTILE = 0.02;

interface Band {
  readonly first: number;
  readonly end: number;
  /** Number of bins averaged for the peak, and for the valley. */
  readonly quantileBins: number;
  /** [end - first] scratch */
  readonly sorted: Float64Array;
}

export class Contrast {
  readonly #bands: readonly Band[];

  /** @param sampleRate Hz, above 12,800; @param nFft FFT size */
  constructor(sampleRate: number, nFft: number) {
    this.#bands = Array.from({ length: CONTRAST_SIZE }, (_, band) => bandOf(band, sampleRate, nFft));
  }

  /**
   * One column; sorts the bins of each band.
   * @param magnitude [nFft / 2 + 1]
   * @param peaksDb, valleysDb receive [7] from `offset` on, at least -100
   */
  column(magnitude: Float64Array, peaksDb: Float32Array, valleysDb: Float32Array, offset = 0): void {
    for (let index = 0; index < CONTRAST_SIZE; index++) {
      const { first, end, quantileBins, sorted } = this.#bands[index]!;
      for (let bin = first; bin < end; bin++) sorted[bin - first] = magnitude[bin]!;
      sorted.sort();
      let low = 0;
      let high = 0;
      for (let i = 0; i < quantileBins; i++) {
        low += sorted[i]!;
        high += sorted[sorted.length - 1 - i]!;
      }
      peaksDb[offset + index] = decibels(high / quantileBins);
      valleysDb[offset + index] = decibels(low / quantileBins);
    }
  }
}

/**
 * The contrast of a whole recording. Peaks and valleys each have their own floor.
 * @param peaksDb, valleysDb [columns × 7]
 * @returns [columns × 7] dB, at least 0
 */
export function contrastOf(peaksDb: Float32Array, valleysDb: Float32Array): Float32Array {
  const peakFloor = new Floor();
  const valleyFloor = new Floor();
  peakFloor.push(peaksDb);
  valleyFloor.push(valleysDb);
  return peaksDb.map((peak, index) => Math.max(peak, peakFloor.db) - Math.max(valleysDb[index]!, valleyFloor.db));
}

function bandOf(index: number, sampleRate: number, nFft: number): Band {
  const low = index === 0 ? 0 : LOWEST_HZ * 2 ** (index - 1);
  const high = LOWEST_HZ * 2 ** index;
  const isLast = index === CONTRAST_SIZE - 1;
  const binHz = sampleRate / nFft;
  // As in librosa: a band includes one bin below its lower edge, and all but the last drop their highest bin.
  const first = Math.max(0, Math.ceil(low / binHz) - (index === 0 ? 0 : 1));
  const edge = isLast ? nFft / 2 + 1 : Math.floor(high / binHz) + 1;
  const end = isLast ? edge : edge - 1;
  return { first, end, quantileBins: Math.max(1, halfToEven(QUANTILE * (edge - first))), sorted: new Float64Array(end - first) };
}

/** Rounds half to even, as NumPy does. */
function halfToEven(value: number): number {
  const down = Math.floor(value);
  return value - down === 0.5 ? down + (down % 2) : Math.round(value);
}
