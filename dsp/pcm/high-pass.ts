/**
 * A second-order Butterworth high-pass as a biquad (Bristow-Johnson, "Audio EQ Cookbook", HPF with
 * Q = 1/√2), for level meters: it removes DC and infrasound.
 */

export class HighPass {
  readonly #b0: number;
  readonly #a1: number;
  readonly #a2: number;
  #x1 = 0;
  #x2 = 0;
  #y1 = 0;
  #y2 = 0;
  #isSettled = false;

  /**
   * @param cutoffHz where it is 3 dB down
   * @param sampleRate above twice the cutoff
   */
  constructor(cutoffHz: number, sampleRate: number) {
    const w = (2 * Math.PI * cutoffHz) / sampleRate;
    const alpha = Math.sin(w) / Math.SQRT2;
    const a0 = 1 + alpha;
    this.#b0 = (1 + Math.cos(w)) / 2 / a0;
    this.#a1 = (-2 * Math.cos(w)) / a0;
    this.#a2 = (1 - alpha) / a0;
  }

  /** Filters the next value. The state starts settled on the first one, so DC causes no transient. */
  push(x: number): number {
    if (!this.#isSettled) {
      this.#isSettled = true;
      this.#x1 = this.#x2 = x;
    }
    const y = this.#b0 * (x - 2 * this.#x1 + this.#x2) - this.#a1 * this.#y1 - this.#a2 * this.#y2;
    this.#x2 = this.#x1;
    this.#x1 = x;
    this.#y2 = this.#y1;
    this.#y1 = y;
    return y;
  }
}
