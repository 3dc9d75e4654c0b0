/** Waiting for a condition of a real part: a server, a child process, a page. */
import { setTimeout as sleep } from 'node:timers/promises';

/** A test that waits longer than this has failed: it says so instead of hanging. */
export const PATIENCE_MS = 15_000;

/** Resolves once `isSo` is true; it is checked after each turn of the event loop. */
export async function until(isSo: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (!isSo()) {
    if (performance.now() > deadlineMs) throw new Error(`not so after ${PATIENCE_MS} ms: ${isSo}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export interface Eventually<Value> {
  /** What is waited for; else that the value is true. */
  readonly fits?: (value: Value) => boolean;
  readonly withinMs?: number;
  readonly everyMs?: number;
  /** What the error says beside: the program's output, the other side's state. */
  readonly log?: () => string;
}

/**
 * For what another process has to be asked for: looks again and again.
 * @param what names it in the error
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
