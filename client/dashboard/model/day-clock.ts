/** Genre shares by hour of the day, and their shapes in a ring of 24 sectors. */

/** One bucket of a history's `shares`: seconds by genre, `speech`, `silence`, `unknown`, `warming` or `down`. */
export interface Share {
  /** Start of the bucket, ISO 8601. */
  readonly at: string;
  readonly shares: Readonly<Record<string, number>>;
}

export interface Part {
  readonly key: string;
  /** 0 to 1 of the hour's recorded time. */
  readonly share: number;
}

export interface Hour {
  /** 0 to 23. */
  readonly hour: number;
  /** Recorded time in this hour, seconds. */
  readonly totalS: number;
  /** Genres in the order of the labels, then `NON_GENRES`, then any other keys. */
  readonly parts: readonly Part[];
}

/** Keys that are not genres, in drawing order from the inside. */
export const NON_GENRES: readonly string[] = ['speech', 'unknown', 'warming', 'silence', 'down'];

/**
 * Sums the shares by hour of the day.
 * @param labels genres in drawing order
 * @param hourOf hour of the day, 0 to 23, of a time in ms; default: in the browser's time zone
 */
export function hoursOfDay(shares: readonly Share[], labels: readonly string[], hourOf = (ms: number): number => new Date(ms).getHours()): Hour[] {
  const sums = Array.from({ length: 24 }, () => new Map<string, number>());
  for (const { at, shares: seconds } of shares) {
    const sum = sums[hourOf(Date.parse(at))]!;
    for (const [key, value] of Object.entries(seconds)) sum.set(key, (sum.get(key) ?? 0) + value);
  }
  return sums.map((sum, hour) => {
    const totalS = [...sum.values()].reduce((all, value) => all + value, 0);
    const parts = order(sum, labels).map((key) => ({ key, share: totalS > 0 ? sum.get(key)! / totalS : 0 }));
    return { hour, totalS, parts: parts.filter(({ share }) => share > 0) };
  });
}

/** Each key's share of the whole recorded time, largest first. */
export function dayShares(hours: readonly Hour[]): Part[] {
  const sums = new Map<string, number>();
  let totalS = 0;
  for (const hour of hours) {
    totalS += hour.totalS;
    for (const { key, share } of hour.parts) sums.set(key, (sums.get(key) ?? 0) + share * hour.totalS);
  }
  return [...sums].map(([key, seconds]) => ({ key, share: seconds / totalS })).sort((one, other) => other.share - one.share);
}

/**
 * Outline of a part of a sector, as an SVG path around 0,0. The radius is a square root of the share,
 * so that equal shares have equal areas.
 * @param from start of the part, 0 (inner radius) to 1 (outer radius)
 * @param to end of the part
 * @param inner radius of the hole
 */
export function sectorPath(hour: number, from: number, to: number, inner: number, outer: number): string {
  const gap = 0.012;
  const [start, end] = [hour / 24 * 2 * Math.PI + gap, (hour + 1) / 24 * 2 * Math.PI - gap];
  const radius = (share: number): number => Math.sqrt(inner ** 2 + share * (outer ** 2 - inner ** 2));
  const point = (angle: number, r: number): string => `${(r * Math.sin(angle)).toFixed(2)} ${(-r * Math.cos(angle)).toFixed(2)}`;
  const [near, far] = [radius(from), radius(to)];
  return `M${point(start, near)}L${point(start, far)}A${far.toFixed(2)} ${far.toFixed(2)} 0 0 1 ${point(end, far)}L${point(end, near)}A${near.toFixed(2)} ${near.toFixed(2)} 0 0 0 ${point(start, near)}Z`;
}

function order(sum: ReadonlyMap<string, number>, labels: readonly string[]): string[] {
  const keys = [...labels, ...NON_GENRES];
  return [...keys.filter((key) => sum.has(key)), ...[...sum.keys()].filter((key) => !keys.includes(key)).sort()];
}
