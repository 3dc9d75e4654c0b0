/** How late an event loop is: the 99th percentile of how much later than due its timers fire. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 10;

export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  start(): void {
    this.#histogram.enable();
  }

  /** Since the last reading, ms. The histogram holds whole times between two ticks of its timer. */
  p99Ms(): number {
    const histogram = this.#histogram;
    const p99Ms = histogram.count > 0 ? Math.max(0, histogram.percentile(99) / 1e6 - RESOLUTION_MS) : 0;
    histogram.reset();
    return p99Ms;
  }
}
