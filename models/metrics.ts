/** Figures that say how good answers are; definitions as in scikit-learn's metrics where it has them. */

export interface GenreScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Tracks of this genre. */
  readonly support: number;
}

/** Rows are the true genre, columns the answer. */
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

/** Precision, recall and F1 of each label; 0 where nothing was answered or asked. */
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

/** Mean of the F1 of the labels that occur. */
export function macroF1(scores: readonly GenreScores[]): number {
  const occurring = scores.filter(({ support }) => support > 0);
  return occurring.length > 0 ? occurring.reduce((total, { f1 }) => total + f1, 0) / occurring.length : 0;
}

/** 95 % interval of a share of `count` by Wilson (1927), without continuity correction. */
export function wilson95(share: number, count: number): [low: number, high: number] {
  if (count === 0) return [0, 1];
  const z = 1.959964;
  const centre = share + z ** 2 / (2 * count);
  const reach = z * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2));
  const scale = 1 + z ** 2 / count;
  return [(centre - reach) / scale, (centre + reach) / scale];
}

/**
 * Expected calibration error (Guo et al. 2017): confidence against accuracy in `bins` equal bins of
 * confidence, the absolute differences weighted by how many fall into each.
 */
export function expectedCalibrationError(confidences: readonly number[], isRight: readonly boolean[], bins = 15): number {
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  confidences.forEach((confidence, index) => {
    const bin = sums[Math.min(bins - 1, Math.floor(confidence * bins))]!;
    bin.count++;
    bin.confidence += confidence;
    bin.right += isRight[index] ? 1 : 0;
  });
  const total = confidences.length;
  return total === 0 ? 0 : sums.reduce((error, { confidence, right }) => error + Math.abs(confidence - right) / total, 0);
}

/** The middle value; the mean of the two middle ones; undefined of nothing. */
export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index]! > values[best]!) best = index;
  return best;
}
