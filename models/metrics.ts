/** Classification metrics; definitions as in scikit-learn where it has them. */

export interface GenreScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Tracks of this genre. */
  readonly support: number;
}

/** Rows are true genres, columns predicted ones. */
export function confusionMatrix(truths: readonly number[], answers: readonly number[], labels: number): number[][] {
  const matrix = Array.from({ length: labels }, () => new Array<number>(labels).fill(0));
  truths.forEach((truth, index) => {
    matrix[truth]![answers[index]!]!++;
  });
  return matrix;
}

export function accuracy(truths: readonly number[], answers: readonly number[]): number {
  if (truths.length === 0) return 0;
  return truths.filter((truth, index) => truth === answers[index]).length / truths.length;
}

/** Precision, recall and F1 of each label; 0 where undefined (label never predicted or without tracks). */
export function genreScores(matrix: readonly (readonly number[])[]): GenreScores[] {
  return matrix.map((row, label) => {
    const right = row[label]!;
    const support = row.reduce((total, count) => total + count, 0);
    const answered = matrix.reduce((total, other) => total + other[label]!, 0);
    const precision = answered > 0 ? right / answered : 0;
    const recall = support > 0 ? right / support : 0;
    return { precision, recall, f1: precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0, support };
  });
}

/** Mean F1 of the labels that have tracks. */
export function macroF1(scores: readonly GenreScores[]): number {
  const occurring = scores.filter(({ support }) => support > 0);
  return occurring.length > 0 ? occurring.reduce((total, { f1 }) => total + f1, 0) / occurring.length : 0;
}

/** 95 % confidence interval of a proportion of `count` (Wilson 1927), without continuity correction. */
export function wilson95(share: number, count: number): [low: number, high: number] {
  if (count === 0) return [0, 1];
  const z = 1.959964;
  const centre = share + z ** 2 / (2 * count);
  const reach = z * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2));
  const scale = 1 + z ** 2 / count;
  return [(centre - reach) / scale, (centre + reach) / scale];
}

/** One bin of a reliability diagram: predictions of similar confidence. */
export interface ReliabilityBin {
  /** Mean confidence of the bin, 0 to 1. */
  readonly confidence: number;
  /** Share of its predictions that are right. */
  readonly accuracy: number;
  readonly count: number;
}

/** Reliability diagram (Guo et al. 2017) with `bins` bins of equal width from 0 to 1; empty bins are omitted. */
export function reliabilityBins(confidences: readonly number[], isRight: readonly boolean[], bins = 15): ReliabilityBin[] {
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  confidences.forEach((confidence, index) => {
    const bin = sums[Math.min(bins - 1, Math.floor(confidence * bins))]!;
    bin.count++;
    bin.confidence += confidence;
    bin.right += isRight[index] ? 1 : 0;
  });
  return sums.filter(({ count }) => count > 0).map(({ count, confidence, right }) => ({ confidence: confidence / count, accuracy: right / count, count }));
}

/**
 * Expected calibration error (Guo et al. 2017): mean absolute difference between confidence and
 * accuracy over `bins` bins of equal width, weighted by the number of predictions in each.
 */
export function expectedCalibrationError(confidences: readonly number[], isRight: readonly boolean[], bins = 15): number {
  const total = confidences.length;
  return reliabilityBins(confidences, isRight, bins).reduce((error, { confidence, accuracy: share, count }) => error + (Math.abs(confidence - share) * count) / total, 0);
}

/**
 * Area under the ROC curve: the probability that a positive scores above a negative, ties counting
 * half. Computed from ranks as Mann and Whitney's U over the number of pairs (equal scores share
 * their mean rank).
 * @returns 0 to 1; undefined if there are no positives or no negatives
 */
export function auroc(positives: readonly number[], negatives: readonly number[]): number | undefined {
  if (positives.length === 0 || negatives.length === 0) return undefined;
  const all = [...positives.map((score) => ({ score, isPositive: true })), ...negatives.map((score) => ({ score, isPositive: false }))].sort((a, b) => a.score - b.score);
  let rankSum = 0;
  for (let first = 0, end = 0; first < all.length; first = end) {
    let tiedPositives = 0;
    for (end = first; end < all.length && all[end]!.score === all[first]!.score; end++) if (all[end]!.isPositive) tiedPositives++;
    // Ranks first + 1 to end share their mean.
    rankSum += (tiedPositives * (first + 1 + end)) / 2;
  }
  return (rankSum - (positives.length * (positives.length + 1)) / 2) / (positives.length * negatives.length);
}

/**
 * The quantile at `share`, linearly interpolated (numpy.percentile's default, Hyndman and Fan's type 7).
 * @param share 0 to 1
 * @returns undefined for no values
 */
export function quantile(values: readonly number[], share: number): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)]!;
  const above = sorted[Math.ceil(position)]!;
  // Compared first, because Infinity - Infinity is NaN.
  return below === above ? below : below + (position - Math.floor(position)) * (above - below);
}

/** Undefined for no values. */
export function median(values: readonly number[]): number | undefined {
  return quantile(values, 0.5);
}

export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index]! > values[best]!) best = index;
  return best;
}
