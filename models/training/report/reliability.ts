/** Reliability diagram data: confidence against accuracy over all blocks. */
import { argmax, expectedCalibrationError, reliabilityBins } from '../../metrics.js';
import { RELIABILITY_BINS, type Reliability } from './data.js';

/** @param scored `blocks`: [blocks × labels] probabilities of each track */
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
  return { bins: reliabilityBins(confidences, isRight, RELIABILITY_BINS), ece: expectedCalibrationError(confidences, isRight, RELIABILITY_BINS) };
}
