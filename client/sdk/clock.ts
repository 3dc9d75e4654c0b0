/** Clock and timer as a parameter, so that backoff and polling run on virtual time in tests. */

export interface Clock {
  /** ms since an arbitrary fixed moment. */
  now(): number;
  /** Calls `run` once, `ms` from now. @returns a function that cancels it */
  after(ms: number, run: () => void): () => void;
}

export const WALL_CLOCK: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
