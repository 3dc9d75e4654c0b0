/** Virtual clock: time passes only when the test advances it. */
import type { Clock } from '../../client/sdk/index.js';

interface Timer { readonly atMs: number; readonly run: () => void }

export class SdkClock implements Clock {
  #nowMs = 0;
  #timers: Timer[] = [];
  #watchers: (() => void)[] = [];

  now(): number { return this.#nowMs; }

  after(ms: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, run };
    this.#timers.push(timer);
    for (const watcher of this.#watchers.splice(0)) watcher();
    return () => { this.#timers = this.#timers.filter((other) => other !== timer); };
  }

  /** Pending timers, ms from now, earliest first. */
  get waits(): number[] {
    return this.#timers.map(({ atMs }) => atMs - this.#nowMs).sort((a, b) => a - b);
  }

  /** Resolves when the pending timers satisfy `holds`. */
  async until(holds: (waits: number[]) => boolean): Promise<void> {
    while (!holds(this.waits)) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  advance(ms: number): void {
    const end = this.#nowMs + ms;
    for (;;) {
      const due = this.#timers.filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#nowMs = due.atMs;
      due.run();
    }
    this.#nowMs = end;
  }
}
