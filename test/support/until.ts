/** Waits for a condition of a server, a child process or a page. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Time limit of a wait. */
export const PATIENCE_MS = 15_000;

/** Turns of the event loop that `until` looks at one by one: enough for what is at work in this process only. */
const TURNS = 20;

/** Resolves when `isSo` returns true; checked after each of the first turns of the event loop, then every millisecond. */
export async function until(isSo: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (let turn = 0; !isSo(); turn += 1) {
    if (performance.now() > deadlineMs) throw new Error(`not so after ${PATIENCE_MS} ms: ${isSo}`);
    // A loop without a pause would take a processor from what it waits for.
    await (turn < TURNS ? new Promise((resolve) => setImmediate(resolve)) : sleep(1));
  }
}

export interface Eventually<Value> {
  /** Condition on the value; default: truthy. */
  readonly fits?: (value: Value) => boolean;
  readonly withinMs?: number;
  readonly everyMs?: number;
  /** Extra text for the error, such as the program's output. */
  readonly log?: () => string;
}

/**
 * Polls a value that has to be fetched, such as from another process.
 * @param what its name in the error
 * @returns the first value that fits
 */
export async function eventually<Value>(what: string, look: () => Value | Promise<Value>, { fits = Boolean, withinMs = 40_000, everyMs = 25, log = () => '' }: Eventually<Value> = {}): Promise<Value> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    const value = await look();
    if (fits(value)) return value;
    if (performance.now() > deadlineMs) throw new Error(`${what}: not so after ${withinMs} ms, but ${JSON.stringify(value)}. ${log()}`);
    await sleep(everyMs);
  }
}
