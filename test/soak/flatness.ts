/**
 * Whether a measure stays flat: the slope of its samples over the last two thirds of a run, by the Theil–Sen
 * estimator (the median of the slopes between all pairs of samples), which single high or low samples do not
 * move: Sen, "Estimates of the regression coefficient based on Kendall's tau", JASA 63 (1968).
 */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Growth over the judged part that is allowed: the larger of the two. */
export interface GrowthLimit {
  readonly least: number;
  /** Of the median, 0 to 1. */
  readonly share: number;
}

export interface Verdict {
  /** Median of the judged samples. */
  readonly median: number;
  /** The slope times the length of the judged part. */
  readonly growth: number;
  readonly limit: number;
  readonly isFlat: boolean;
}

/** The first third is warm-up: caches fill, code is compiled, pools take their size. */
const JUDGED_SHARE = 2 / 3;
/** Pairs grow with the square: of more points than this, neighbours are joined to their median. */
const MAX_POINTS = 300;

/** @param points by rising x */
export function judge(points: readonly Point[], { least, share }: GrowthLimit): Verdict {
  const judged = judgedPart(points);
  if (judged.length < 2) throw new Error(`${points.length} samples are too few to judge.`);
  const middle = median(judged.map(({ y }) => y));
  const growth = slope(judged) * (judged.at(-1)!.x - judged[0]!.x);
  const limit = Math.max(least, share * Math.abs(middle));
  return { median: middle, growth, limit, isFlat: growth <= limit };
}

/** The part of a run that counts. */
export function judgedPart(points: readonly Point[]): readonly Point[] {
  if (points.length === 0) return [];
  const last = points.at(-1)!.x;
  const from = last - JUDGED_SHARE * (last - points[0]!.x);
  return points.filter(({ x }) => x >= from);
}

/** Change of y for each unit of x. @param points at least two, by rising x */
export function slope(points: readonly Point[]): number {
  const few = thinned(points, MAX_POINTS);
  const slopes: number[] = [];
  for (let later = 1; later < few.length; later++) {
    for (let earlier = 0; earlier < later; earlier++) {
      slopes.push((few[later]!.y - few[earlier]!.y) / (few[later]!.x - few[earlier]!.x));
    }
  }
  return median(slopes);
}

/** At most so many points; each is the median of neighbours. */
export function thinned(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points;
  return Array.from({ length: most }, (_, index) => {
    const part = points.slice(Math.floor((index * points.length) / most), Math.floor(((index + 1) * points.length) / most));
    return { x: median(part.map(({ x }) => x)), y: median(part.map(({ y }) => y)) };
  });
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
