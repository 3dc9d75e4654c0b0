/** Shares of a minute that comes in two parts, as after a restart. */

export const MINUTE_MS = 60_000;

/** Merges two parts of a minute, limited to 60 s in all in case the clock was set back between them. */
export function mergedShares(one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>): Record<string, number> {
  const sum: Record<string, number> = { ...one };
  let leftMs = MINUTE_MS - Object.values(one).reduce((total, ms) => total + ms, 0);
  for (const [key, ms] of Object.entries(other)) {
    const taken = Math.max(0, Math.min(ms, leftMs));
    leftMs -= taken;
    if (taken > 0) sum[key] = (sum[key] ?? 0) + taken;
  }
  return sum;
}
