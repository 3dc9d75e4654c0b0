/**
 * How late predictions are: from the moment the last sample of a block was handed to the socket to
 * the arrival of the block's prediction. Samples count as the sound has them: what the server's
 * resampler or an Opus decoder waits for is part of the lag.
 */
import type { BlockShape } from './server-process.js';

/** Blocks that are remembered, 89 s of the shipped model's; an older one's lag is at least the oldest's. */
const BLOCKS = 256;

export class LagTracker {
  readonly blockMs: number;
  /** A block ends in the stream's time; what its last window overlaps into the next comes on top. */
  readonly #overlapMs: number;
  readonly #sentAtMs = new Float64Array(BLOCKS);
  /** Number of the newest block that was sent, from 1. */
  #newest = 0;

  constructor({ frontEnd: { hop, nFft, sampleRate }, blockColumns }: BlockShape) {
    this.blockMs = (1000 * hop * blockColumns) / sampleRate;
    this.#overlapMs = (1000 * (nFft - hop)) / sampleRate;
  }

  /** @param soundMs all sound sent so far, this message's included */
  sent(soundMs: number, nowMs: number): void {
    // A millionth of a millisecond for what floating point leaves of whole samples.
    while ((this.#newest + 1) * this.blockMs + this.#overlapMs <= soundMs + 1e-6) {
      this.#newest++;
      this.#sentAtMs[this.#newest % BLOCKS] = nowMs;
    }
  }

  /** @param atMs stream time of the prediction, the end of its block */
  lagMs(atMs: number, nowMs: number): number {
    const block = Math.max(Math.round(atMs / this.blockMs), this.#newest - BLOCKS + 1, 1);
    return nowMs - this.#sentAtMs[block % BLOCKS]!;
  }
}
