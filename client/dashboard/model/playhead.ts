/**
 * Stream time shown at the right edge: runs smoothly and slightly behind the newest audio, although
 * blocks arrive only three times a second.
 */

/** Target delay behind the newest audio, in blocks: enough that the next block arrives in time. */
const BEHIND_BLOCKS = 0.8;
/** Above this distance from the target it jumps, ms. */
const JUMP_MS = 2500;
/** Share of the distance from the target that is corrected per second. */
const CORRECTION = 0.6;

export class Playhead {
  readonly #blockMs: number;
  #atMs: number | undefined;

  constructor(blockMs: number) {
    this.#blockMs = blockMs;
  }

  get atMs(): number { return this.#atMs ?? 0; }

  /**
   * @param endMs stream time of the newest audio
   * @param passedMs wall time since the last call
   * @returns stream time to show, never after endMs
   */
  advance(endMs: number, passedMs: number): number {
    const target = endMs - BEHIND_BLOCKS * this.#blockMs;
    if (this.#atMs === undefined || Math.abs(target - this.#atMs) > JUMP_MS) this.#atMs = target;
    const correction = (target - this.#atMs) * Math.min(1, CORRECTION * passedMs / 1000);
    this.#atMs = Math.min(endMs, this.#atMs + passedMs + correction);
    return this.#atMs;
  }

  /** Jumps to the end, for visitors who prefer reduced motion. */
  jump(endMs: number): number {
    return this.#atMs = endMs;
  }
}
