/**
 * Chroma: the strength of each of the twelve pitch classes over all octaves, C first, scaled so that
 * the strongest is 1. Each bin contributes to the nearby pitch classes with Gaussian weights in
 * pitch, and a second Gaussian weighs the octaves around 27.5 Hz × 2⁵ = 880 Hz highest. Ellis 2007,
 * "Chroma feature analysis and synthesis"; `librosa.feature.chroma_stft(tuning=0)`.
 */

export const CHROMA_SIZE = 12;
/** The A four octaves below A440; pitches are measured in semitones above it. */
const A0_HZ = 27.5;
/** Centre of the octave weights, in octaves above A0, and their standard deviation. */
const CENTRE_OCTAVE = 5;
const OCTAVE_WIDTH = 2;
/** Offset in semitones: pitch classes are counted from C, pitches from A. */
const C_ABOVE_A = 3;

export class Chroma {
  readonly #weights: Float64Array; // [12, bins]
  readonly #bins: number;
  readonly #sums = new Float64Array(CHROMA_SIZE);

  /** @param sampleRate Hz; @param nFft FFT size */
  constructor(sampleRate: number, nFft: number) {
    this.#bins = nFft / 2 + 1;
    this.#weights = chromaWeights(sampleRate, nFft);
  }

  /**
   * One column; costs 12 × bins multiply-adds.
   * @param power [nFft / 2 + 1]
   * @param out receives [12] from `offset` on: C, C sharp … B, 0 to 1; all 0 in silence
   */
  column(power: Float64Array, out: Float32Array, offset = 0): void {
    const weights = this.#weights;
    const sums = this.#sums;
    let largest = 0;
    for (let pitch = 0, at = 0; pitch < CHROMA_SIZE; pitch++) {
      let sum = 0;
      for (let bin = 0; bin < this.#bins; bin++, at++) sum += weights[at]! * power[bin]!;
      sums[pitch] = sum;
      if (sum > largest) largest = sum;
    }
    for (let pitch = 0; pitch < CHROMA_SIZE; pitch++) out[offset + pitch] = largest > 0 ? sums[pitch]! / largest : 0;
  }
}

/** `librosa.filters.chroma`: [12, bins] weights. */
function chromaWeights(sampleRate: number, nFft: number): Float64Array {
  const bins = nFft / 2 + 1;
  const weights = new Float64Array(CHROMA_SIZE * bins);
  const semitones = (bin: number): number => CHROMA_SIZE * Math.log2((bin * sampleRate) / nFft / A0_HZ);
  const gaussians = new Float64Array(CHROMA_SIZE);
  for (let bin = 0; bin < bins; bin++) {
    // Bin 0 has no pitch; librosa places it an octave and a half below bin 1.
    const pitch = bin === 0 ? semitones(1) - 1.5 * CHROMA_SIZE : semitones(bin);
    const next = semitones(bin + 1);
    const width = Math.max(next - pitch, 1);
    let squares = 0;
    for (let chroma = 0; chroma < CHROMA_SIZE; chroma++) {
      const distance = wrapped(pitch - chroma);
      gaussians[chroma] = Math.exp(-0.5 * ((2 * distance) / width) ** 2);
      squares += gaussians[chroma]! ** 2;
    }
    const octave = Math.exp(-0.5 * ((pitch / CHROMA_SIZE - CENTRE_OCTAVE) / OCTAVE_WIDTH) ** 2);
    for (let chroma = 0; chroma < CHROMA_SIZE; chroma++) {
      weights[chroma * bins + bin] = (octave * gaussians[(chroma + C_ABOVE_A) % CHROMA_SIZE]!) / Math.sqrt(squares);
    }
  }
  return weights;
}

/** Semitones modulo 12, from -6 up to 6. */
function wrapped(semitones: number): number {
  const half = CHROMA_SIZE / 2;
  const rest = (semitones + half) % CHROMA_SIZE;
  return (rest < 0 ? rest + CHROMA_SIZE : rest) - half;
}
