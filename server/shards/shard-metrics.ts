/** What a shard counts of its own work and tells the main thread once a second: totals since it was started. */

/** Upper bounds of the classes that lags are counted in, ms; a last class takes the rest. */
export const LAG_BOUNDS_MS: readonly number[] = [10, 25, 50, 100, 250, 500, 1000, 2000, 5000];

export interface ShardMetrics {
  /** Share of the time since it was told last that went to live streams, 0 to 1. */
  readonly load: number;
  readonly predictions: number;
  /** Predictions in each class of `LAG_BOUNDS_MS`, and those above. */
  readonly lagCounts: readonly number[];
  readonly lagSumMs: number;
  /** Audio left unscored. */
  readonly droppedMs: number;
  /** Spent on decoding, resampling and columns. */
  readonly soundMs: number;
  /** Spent in the network. */
  readonly modelMs: number;
  /** Steps of the network. */
  readonly steps: number;
  /** Blocks that wait for the network now. */
  readonly waitingBlocks: number;
}

/** Counts lags. */
export class Lags {
  readonly counts = new Array<number>(LAG_BOUNDS_MS.length + 1).fill(0);
  sumMs = 0;

  push(lagMs: number): void {
    let index = 0;
    while (index < LAG_BOUNDS_MS.length && lagMs > LAG_BOUNDS_MS[index]!) index++;
    this.counts[index]!++;
    this.sumMs += lagMs;
  }
}
