/** Waiting for a condition of a real part: a server, a child process, a page. */

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

export interface Eventually {
  readonly withinMs?: number;
  /** What the error says beside: the program's output, the last value. */
  readonly log?: () => string;
}

/**
 * Resolves once `isSo` is true; it is checked ten times a second, for what costs a request or another process.
 * @param what names it in the error
 */
export async function eventually(what: string, isSo: () => boolean | Promise<boolean>, { withinMs = PATIENCE_MS, log = () => '' }: Eventually = {}): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!await isSo()) {
    if (performance.now() > deadlineMs) throw new Error(`${what}: not so after ${withinMs} ms. ${log()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
