/**
 * Measures prediction lag: from handing the last sample of a block to the socket until its prediction
 * arrives. Times are those of the source audio, so buffering in the resampler or Opus decoder counts as
 * lag.
 */
import type { BlockShape } from './server-process.js';

/** Ring buffer size in blocks (89 s with the shipped model); the lag of an older block is at least that of the oldest. */
const BLOCKS = 256;

export class LagTracker {
  readonly blockMs: number;
  /** The last window of a block overlaps the next block by this much. */
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
    // Tolerance for floating point error in whole samples.
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
