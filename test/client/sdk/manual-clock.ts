/** Virtual time: nothing happens until the test says how long has passed. */
import type { Clock } from '../../../client/sdk/index.js';

interface Alarm { readonly atMs: number; readonly run: () => void }

export class ManualClock implements Clock {
  #nowMs = 0;
  #alarms: Alarm[] = [];
  #watchers: (() => void)[] = [];

  now(): number { return this.#nowMs; }

  after(ms: number, run: () => void): () => void {
    const alarm = { atMs: this.#nowMs + ms, run };
    this.#alarms.push(alarm);
    for (const watcher of this.#watchers.splice(0)) watcher();
    return () => { this.#alarms = this.#alarms.filter((other) => other !== alarm); };
  }

  /** Waits until which are set, ms from now, earliest first. */
  get waits(): number[] {
    return this.#alarms.map(({ atMs }) => atMs - this.#nowMs).sort((a, b) => a - b);
  }

  /** Resolves when something is set that satisfies `holds`. */
  async until(holds: (waits: number[]) => boolean): Promise<void> {
    while (!holds(this.waits)) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  advance(ms: number): void {
    const end = this.#nowMs + ms;
    for (;;) {
      const due = this.#alarms.filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs)[0];
      if (!due) break;
      this.#alarms = this.#alarms.filter((alarm) => alarm !== due);
      this.#nowMs = due.atMs;
      due.run();
    }
    this.#nowMs = end;
  }
}
