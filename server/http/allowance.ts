/** A token bucket (RFC 2697 has one): something may be taken at a rate, and a burst of it at once. What is taken beyond that is owed, and must be waited for. */

/** Nobody waits longer at once; timers of Node have a limit, too. */
const MAX_WAIT_MS = 60_000;

export interface AllowanceOptions {
  readonly perMs: number;
  /** What is there at first, and at most. */
  readonly burst: number;
  /** A clock that never goes back, ms. */
  readonly now: () => number;
}

export class Allowance {
  readonly #options: AllowanceOptions;
  /** Negative while something is owed. */
  #left: number;
  #atMs: number;

  constructor(options: AllowanceOptions) {
    this.#options = options;
    this.#left = options.burst;
    this.#atMs = options.now();
  }

  /** Whether the whole burst is there, as in a new one. */
  get isFull(): boolean {
    const { perMs, burst, now } = this.#options;
    return this.#left + (now() - this.#atMs) * perMs >= burst;
  }

  /** Takes it, whatever is left. @returns the time after which nothing is owed, at most a minute, ms */
  take(amount: number): number {
    const { perMs, burst, now } = this.#options;
    const nowMs = now();
    this.#left = Math.min(burst, this.#left + (nowMs - this.#atMs) * perMs) - amount;
    this.#atMs = nowMs;
    return this.#left >= 0 ? 0 : Math.min(MAX_WAIT_MS, -this.#left / perMs);
  }
}
