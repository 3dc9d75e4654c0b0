/**
 * Where the moving picture stands: stream time that runs evenly, a little behind what has come,
 * though blocks come a third of a second at a time.
 */

/** Mean distance behind the newest sound, in blocks: enough that the next one is there when it is needed. */
const BEHIND_BLOCKS = 0.8;
/** Farther off than this it jumps, ms. */
const JUMP_MS = 2500;
/** Share of the distance from its target that is made up in a second. */
const CORRECTION = 0.6;

export class Playhead {
  readonly #blockMs: number;
  #atMs: number | undefined;

  constructor(blockMs: number) {
    this.#blockMs = blockMs;
  }

  get atMs(): number { return this.#atMs ?? 0; }

  /**
   * @param endMs stream time of the newest sound
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

  /** In steps, for people who want no motion. */
  jump(endMs: number): number {
    return this.#atMs = endMs;
  }
}
