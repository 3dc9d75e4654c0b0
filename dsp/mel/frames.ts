/** Overlapping windows of a stream of samples that comes cut anywhere. */

/**
 * Gathers the samples of one window at a time; nothing is padded. Used as
 *
 *     for (let at = 0; at < samples.length;) {
 *       at = frames.fill(samples, at);
 *       if (!frames.isFull) break;
 *       … frames.samples …
 *       frames.advance();
 *     }
 *
 * so that whoever reads windows needs no closure a call.
 */
export class Frames {
  /** [size]; a complete window while `isFull`. Window n is samples hop × n to hop × n + size - 1. */
  readonly samples: Float32Array;
  readonly #hop: number;
  #count = 0;
  #skip = 0; // samples between two windows that are still to come, with hop > size

  /** @param size samples of a window; @param hop from one window's start to the next, smaller or larger */
  constructor(size: number, hop: number) {
    this.samples = new Float32Array(size);
    this.#hop = hop;
  }

  /** Whether `samples` holds a window that waits to be read. */
  get isFull(): boolean {
    return this.#count === this.samples.length;
  }

  /**
   * Takes samples from `offset` on until the window is full or they end.
   * @returns the offset of the first sample not taken
   */
  fill(samples: Float32Array, offset: number): number {
    const skipped = Math.min(this.#skip, samples.length - offset);
    this.#skip -= skipped;
    const first = offset + skipped;
    const taken = Math.min(this.samples.length - this.#count, samples.length - first);
    this.samples.set(taken === samples.length ? samples : samples.subarray(first, first + taken), this.#count);
    this.#count += taken;
    return first + taken;
  }

  /** The full window is read: on to the next. */
  advance(): void {
    const size = this.samples.length;
    if (this.#hop < size) {
      this.samples.copyWithin(0, this.#hop);
      this.#count = size - this.#hop;
    } else {
      this.#count = 0;
      this.#skip = this.#hop - size;
    }
  }
}
