/** Second-order filters: Robert Bristow-Johnson's cookbook formulae, transposed direct form II. */
export type FilterKind = 'lowpass' | 'highpass' | 'bandpass' | 'peak';

export class Biquad {
  readonly #b0: number;
  readonly #b1: number;
  readonly #b2: number;
  readonly #a1: number;
  readonly #a2: number;
  #z1 = 0;
  #z2 = 0;

  /** `gainDb` is for `peak` only. Frequencies near half the sample rate are pulled below it. */
  constructor(kind: FilterKind, cutoffHz: number, q: number, sampleRate: number, gainDb = 0) {
    const w = 2 * Math.PI * Math.min(cutoffHz, 0.45 * sampleRate) / sampleRate;
    const cos = Math.cos(w);
    const alpha = Math.sin(w) / (2 * q);
    const a = 10 ** (gainDb / 40);
    const [b0, b1, b2, a0, a2] = {
      lowpass: [(1 - cos) / 2, 1 - cos, (1 - cos) / 2, 1 + alpha, 1 - alpha],
      highpass: [(1 + cos) / 2, -1 - cos, (1 + cos) / 2, 1 + alpha, 1 - alpha],
      bandpass: [alpha, 0, -alpha, 1 + alpha, 1 - alpha],
      peak: [1 + alpha * a, -2 * cos, 1 - alpha * a, 1 + alpha / a, 1 - alpha / a],
    }[kind] as [number, number, number, number, number];
    this.#b0 = b0 / a0;
    this.#b1 = b1 / a0;
    this.#b2 = b2 / a0;
    this.#a1 = -2 * cos / a0;
    this.#a2 = a2 / a0;
  }

  /** Filters in place. */
  process(samples: Float32Array): void {
    const b0 = this.#b0;
    const b1 = this.#b1;
    const b2 = this.#b2;
    const a1 = this.#a1;
    const a2 = this.#a2;
    let z1 = this.#z1;
    let z2 = this.#z2;
    for (let i = 0; i < samples.length; i += 1) {
      const x = samples[i]!;
      const y = b0 * x + z1;
      z1 = b1 * x - a1 * y + z2;
      z2 = b2 * x - a2 * y;
      samples[i] = y;
    }
    this.#z1 = z1;
    this.#z2 = z2;
  }
}
