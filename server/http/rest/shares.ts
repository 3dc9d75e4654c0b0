/** Sums the shares of minutes over longer buckets, for charts of an hour, a day or a month. */
import { round } from '../../pipe/segments.js';
import type { HistoryMinute, Range } from '../../store/store.js';

const MINUTE_MS = 60_000;
/** Round bucket lengths, s. */
const LENGTHS_S = [60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400] as const;
/** Number of buckets that a chart shows well. */
const MAX_CHART_BUCKETS = 120;

export interface Bucket {
  readonly atMs: number;
  heardMs: number;
  /** ms by genre or state, and `down`. */
  readonly shares: Record<string, number>;
}

/** The shortest bucket length that gives at most `MAX_CHART_BUCKETS`; the longest one if none does. */
export function bucketFor({ fromMs, toMs }: Range): number {
  return LENGTHS_S.find((lengthS) => (toMs - fromMs) / (1000 * lengthS) <= MAX_CHART_BUCKETS) ?? LENGTHS_S.at(-1)!;
}

/** The range extended to whole buckets. */
export function wholeBuckets({ fromMs, toMs }: Range, bucketS: number): Range {
  const bucketMs = 1000 * bucketS;
  return { fromMs: Math.floor(fromMs / bucketMs) * bucketMs, toMs: Math.ceil(toMs / bucketMs) * bucketMs };
}

export class Buckets {
  readonly #fromMs: number;
  readonly #bucketMs: number;
  readonly #all: Bucket[];

  /** @param range of whole buckets */
  constructor({ fromMs, toMs }: Range, bucketS: number) {
    this.#fromMs = fromMs;
    this.#bucketMs = 1000 * bucketS;
    this.#all = Array.from({ length: (toMs - fromMs) / this.#bucketMs }, (_, index) => ({ atMs: fromMs + index * this.#bucketMs, heardMs: 0, shares: {} }));
  }

  add({ minute, shares }: HistoryMinute): void {
    const bucket = this.#all[Math.floor((minute * MINUTE_MS - this.#fromMs) / this.#bucketMs)];
    if (!bucket) return;
    for (const [key, ms] of Object.entries(shares)) {
      bucket.shares[key] = (bucket.shares[key] ?? 0) + ms;
      if (key !== 'down') bucket.heardMs += ms;
    }
  }

  list(): readonly Bucket[] {
    return this.#all;
  }
}

export function seconds(ms: number): number {
  return round(ms / 1000, 3);
}
