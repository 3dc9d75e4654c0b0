/** Metrics that a shard sends to the main thread once a second; totals count from the shard's start. */

/** Upper bounds of the lag histogram's buckets, ms; one more bucket holds larger lags. */
export const LAG_BOUNDS_MS: readonly number[] = [10, 25, 50, 100, 250, 500, 1000, 2000, 5000];

export interface ShardMetrics {
  /** Share of the time since the last report spent on live streams, 0 to 1. */
  readonly load: number;
  readonly predictions: number;
  /** Predictions per bucket of `LAG_BOUNDS_MS`; the last count is for larger lags. */
  readonly lagCounts: readonly number[];
  readonly lagSumMs: number;
  /** Audio dropped unscored. */
  readonly droppedMs: number;
  /** Time spent on decoding, resampling and mel columns. */
  readonly soundMs: number;
  /** Time spent in the network. */
  readonly modelMs: number;
  /** Steps of the network. */
  readonly steps: number;
  /** Blocks waiting for the network now. */
  readonly waitingBlocks: number;
}

/**
 * The lag that a share of predictions keeps, as far as the buckets tell: linear between the bounds of its bucket, and the
 * largest bound for those above it. Null without predictions.
 * @param counts as `lagCounts`
 */
export function lagQuantile(counts: readonly number[], share: number): number | null {
  const wanted = share * counts.reduce((sum, count) => sum + count, 0);
  if (wanted === 0) return null;
  let below = 0;
  for (const [index, count] of counts.entries()) {
    const [fromMs, toMs] = [LAG_BOUNDS_MS[index - 1] ?? 0, LAG_BOUNDS_MS[index] ?? LAG_BOUNDS_MS.at(-1)!];
    if (below + count >= wanted) return fromMs + (toMs - fromMs) * (wanted - below) / count;
    below += count;
  }
  return LAG_BOUNDS_MS.at(-1)!;
}

/** Histogram of lags. */
export class LagHistogram {
  readonly counts = new Array<number>(LAG_BOUNDS_MS.length + 1).fill(0);
  sumMs = 0;

  push(lagMs: number): void {
    let index = 0;
    while (index < LAG_BOUNDS_MS.length && lagMs > LAG_BOUNDS_MS[index]!) index++;
    this.counts[index]!++;
    this.sumMs += lagMs;
  }
}
