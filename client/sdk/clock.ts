/** The wall clock as a parameter, so that backoff and polling run on virtual time in tests. */

export interface Clock {
  /** ms since any fixed moment. */
  now(): number;
  /** Calls `run` once, `ms` from now. @returns a function that calls it off */
  after(ms: number, run: () => void): () => void;
}

export const WALL_CLOCK: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
