/**
 * Exponential backoff with a ceiling and jitter, so that a thousand clients of a restarted server do
 * not all reconnect at the same moment.
 */

export interface Backoff {
  /** Wait before the second attempt, ms. */
  readonly firstMs: number;
  /** No wait is longer than this, ms. */
  readonly ceilingMs: number;
}

export const BACKOFF: Backoff = { firstMs: 500, ceilingMs: 15_000 };

/**
 * @param failures attempts that failed in a row, 1 or more
 * @param random 0 to 1
 * @returns ms: half to all of min(ceilingMs, firstMs · 2^(failures - 1))
 */
export function backoffMs(failures: number, backoff: Backoff, random: number): number {
  const whole = Math.min(backoff.ceilingMs, backoff.firstMs * 2 ** Math.min(failures - 1, 30));
  return whole * (0.5 + 0.5 * random);
}
