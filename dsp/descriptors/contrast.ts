/**
 * Spectral contrast (Jiang, Lu, Zhang, Tao and Cai 2002): in each of seven octave-wide bands, how
 * far the peaks stand above the valleys: tones against noise. `librosa.feature.spectral_contrast`,
 * its ways with the edges of bands included, and its decibels, which are 10 log10 of magnitudes.
 */
import { decibels, Floor } from './decibels.js';

export const CONTRAST_SIZE = 7;
/** Upper edge of the lowest band; each further one is an octave, the last goes on to the end. */
const LOWEST_HZ = 200;
/** Peaks and valleys are means of this share of a band's bins, at least of one. */
const QUANTILE = 0.02;

interface Band {
  readonly first: number;
  readonly end: number;
  /** Bins that the peak and the valley are means of. */
  readonly few: number;
  /** [end - first] */
  readonly sorted: Float64Array;
}

export class Contrast {
  readonly #bands: readonly Band[];

  /** @param sampleRate Hz, above 12,800; @param nFft points of the transform */
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
      const { first, end, few, sorted } = this.#bands[index]!;
      for (let bin = first; bin < end; bin++) sorted[bin - first] = magnitude[bin]!;
      sorted.sort();
      let low = 0;
      let high = 0;
      for (let i = 0; i < few; i++) {
        low += sorted[i]!;
        high += sorted[sorted.length - 1 - i]!;
      }
      peaksDb[offset + index] = decibels(high / few);
      valleysDb[offset + index] = decibels(low / few);
    }
  }
}

/**
 * A whole recording's contrast: peaks and valleys each have a floor of their own.
 * @param peaksDb, valleysDb [columns × 7]
 * @returns [columns × 7] dB, at least 0 but for the floors
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
  // A band takes one bin below its edge; all but the last lend their highest to the one above.
  const first = Math.max(0, Math.ceil(low / binHz) - (index === 0 ? 0 : 1));
  const reached = isLast ? nFft / 2 + 1 : Math.floor(high / binHz) + 1;
  const end = isLast ? reached : reached - 1;
  return { first, end, few: Math.max(1, halfToEven(QUANTILE * (reached - first))), sorted: new Float64Array(end - first) };
}

/** Rounds as NumPy does: halves to the even number. */
function halfToEven(value: number): number {
  const down = Math.floor(value);
  return value - down === 0.5 ? down + (down % 2) : Math.round(value);
}
