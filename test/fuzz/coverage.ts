/**
 * Which code a case has reached, by V8's block coverage. It is asked for a batch of cases, because asking
 * costs milliseconds; only a batch that reached new code is run again, in halves, until the cases that did are found.
 */
import { Session } from 'node:inspector';

/** Compiled code of this project. */
const ROOT_URL = new URL('../../', import.meta.url).href;

interface FunctionCoverage {
  readonly ranges: readonly { readonly startOffset: number; readonly endOffset: number; readonly count: number }[];
}

export class Coverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Blocks of our code that were ever reached. */
  get blocks(): number {
    return this.#seen.size;
  }

  /** What the cases since the last call reached that none before them had, as far as it was marked as seen. */
  newBlocks(): string[] {
    const fresh: string[] = [];
    // The session is of this thread, so the callback is called before `post` returns.
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error) throw error;
      for (const { url, functions } of result) {
        if (!isOurs(url)) continue;
        for (const { ranges } of functions as readonly FunctionCoverage[]) {
          for (const { startOffset, endOffset, count } of ranges) {
            const block = `${url} ${startOffset} ${endOffset}`;
            if (count > 0 && !this.#seen.has(block)) fresh.push(block);
          }
        }
      }
    });
    return fresh;
  }

  markSeen(blocks: readonly string[]): void {
    for (const block of blocks) this.#seen.add(block);
  }

  close(): void {
    this.#session.disconnect();
  }
}

function isOurs(url: string): boolean {
  return url.startsWith(ROOT_URL) && !url.startsWith(`${ROOT_URL}test/`);
}
