/** Platt's scaling: from a score to a probability (Platt 1999, with the targets and Newton's method of Lin, Lin and Weng 2007). */

/** Scale and offset with which the logistic function of a score is the probability of a positive. */
export function fitScale(scores: readonly number[], isPositive: readonly boolean[]): { readonly scale: number; readonly offset: number } {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const deviation = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length) + 1e-9;
  // Platt's targets: a tag that all scores tell apart still gets a finite scale.
  const positives = isPositive.filter(Boolean).length;
  const [yes, no] = [(positives + 1) / (positives + 2), 1 / (scores.length - positives + 2)];
  let a = 1;
  let b = Math.log((positives + 1) / (scores.length - positives + 1));
  for (let step = 0; step < 50; step++) {
    let [ga, gb, aa, ab, bb] = [0, 0, 1e-6, 0, 1e-6];
    scores.forEach((score, index) => {
      const z = (score - mean) / deviation;
      const p = 1 / (1 + Math.exp(-(a * z + b)));
      const error = p - (isPositive[index] ? yes : no);
      const weight = p * (1 - p);
      ga += error * z;
      gb += error;
      aa += weight * z * z;
      ab += weight * z;
      bb += weight;
    });
    const determinant = aa * bb - ab * ab;
    a -= limited((bb * ga - ab * gb) / determinant);
    b -= limited((aa * gb - ab * ga) / determinant);
  }
  return { scale: a / deviation, offset: b - (a * mean) / deviation };
}

/** A step of Newton's method that can't jump to where all weights are 0. */
function limited(step: number): number {
  return Math.min(Math.max(step, -1), 1);
}
