/** Overlapping windows of a sample stream that arrives in chunks of any length. */

/**
 * Collects the samples of one window at a time; nothing is padded. Usage:
 *
 *     for (let at = 0; at < samples.length;) {
 *       at = frames.fill(samples, at);
 *       if (!frames.isFull) break;
 *       … frames.samples …
 *       frames.advance();
 *     }
 *
 * A loop instead of a callback, so that no closure is allocated per call.
 */
export class Frames {
  /** [size]; a complete window while `isFull`. Window n is samples hop × n to hop × n + size - 1. */
  readonly samples: Float32Array;
  readonly #hop: number;
  #count = 0;
  #skip = 0; // with hop > size: samples still to be dropped before the next window

  /** @param size samples in a window; @param hop samples from one window's start to the next, smaller or larger than size */
  constructor(size: number, hop: number) {
    this.samples = new Float32Array(size);
    this.#hop = hop;
  }

  /** Whether `samples` holds a complete window. */
  get isFull(): boolean {
    return this.#count === this.samples.length;
  }

  /**
   * Consumes samples from `offset` on until the window is full or the samples end.
   * @returns the offset of the first sample not consumed
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

  /** Discards the full window and starts the next one. */
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
