/** What many times are like, in a few numbers. */
import { quantile } from '../../../models/metrics.js';
import { round } from '../../../server/pipe/segments.js';

/** ms; null of nothing. */
export interface Distribution {
  readonly avg: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

export function distribution(timesMs: readonly number[]): Distribution {
  const sorted = [...timesMs].sort((a, b) => a - b);
  const at = (share: number): number | null => rounded(quantile(sorted, share));
  const avg = sorted.length === 0 ? undefined : sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length;
  return { avg: rounded(avg), p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), max: at(1) };
}

function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : round(ms, 1);
}
