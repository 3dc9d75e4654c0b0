/** Confidence against accuracy in equal bins of confidence (Guo et al. 2017), over all blocks. */
import { argmax, expectedCalibrationError } from '../../metrics.js';
import type { Reliability } from './data.js';

/** As many as `expectedCalibrationError` has. */
const BINS = 15;

/** @param scored [blocks × labels] probabilities of each track */
export function reliability(scored: ReadonlyArray<{ readonly truth: number; readonly blocks: Float32Array }>, labels: number): Reliability {
  const confidences: number[] = [];
  const isRight: boolean[] = [];
  for (const { truth, blocks } of scored) {
    for (let at = 0; at < blocks.length; at += labels) {
      const probabilities = blocks.subarray(at, at + labels);
      const answer = argmax(probabilities);
      confidences.push(Math.min(1, probabilities[answer]!));
      isRight.push(answer === truth);
    }
  }
  const sums = Array.from({ length: BINS }, () => ({ count: 0, confidence: 0, right: 0 }));
  confidences.forEach((confidence, index) => {
    const bin = sums[Math.min(BINS - 1, Math.floor(confidence * BINS))]!;
    bin.count++;
    bin.confidence += confidence;
    bin.right += isRight[index] ? 1 : 0;
  });
  return {
    bins: sums.map(({ count, confidence, right }) => ({
      count,
      confidence: count > 0 ? confidence / count : null,
      accuracy: count > 0 ? right / count : null,
    })),
    ece: expectedCalibrationError(confidences, isRight, BINS),
  };
}
