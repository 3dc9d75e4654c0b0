/**
 * Whether something failed because the machine had no time for it. Server and clients share the machine, so a timer of the
 * clients that comes late says that the server was late, too; without one, a time limit that ran out is a fault.
 */

/** Between two looks. */
export const LOOK_EVERY_MS = 100;
/** Of a look; the limits of the server and of connections that are kept open begin at a second. */
const LATE_MS = 500;
/** What came late before something began may still hold it up. */
const BEFORE_MS = 5000;
/** What is said when a time limit ran out: of the server, of a connection that was kept open, or of the client. */
const OF_TIME = /\b(?:idle|hello-timeout|resume-unknown|nothing came for|not over after|ECONNRESET|other side closed|streams\/ID\/watch: 404)\b/;

export interface Lateness {
  /** To be called at `LOOK_EVERY_MS`. */
  look(): void;
  /** @param sinceMs when it began, by the same clock */
  explains(fault: string, sinceMs: number): boolean;
}

/** @param now a clock that never goes back, ms */
export function lateness(now: () => number): Lateness {
  let lateAtMs = -Infinity;
  let dueMs = now() + LOOK_EVERY_MS;
  return {
    look() {
      const nowMs = now();
      if (nowMs - dueMs >= LATE_MS) lateAtMs = nowMs;
      dueMs = nowMs + LOOK_EVERY_MS;
    },
    explains: (fault, sinceMs) => OF_TIME.test(fault) && lateAtMs >= sinceMs - BEFORE_MS,
  };
}
