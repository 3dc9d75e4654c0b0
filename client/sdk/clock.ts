/** Clock and timer as a parameter, so that backoff and polling run on virtual time in tests. */

export interface Clock {
  /** ms since an arbitrary fixed moment. */
  now(): number;
  /** Calls `run` once, `ms` from now. @returns a function that cancels it */
  after(ms: number, run: () => void): () => void;
}

/** Now, ms, by a clock that also counts while the machine sleeps; the timers' clock stops then in some browsers. */
export function timeOfDayMs(clock: Clock | undefined): number {
  return clock ? clock.now() : Date.now();
}

export const WALL_CLOCK: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
