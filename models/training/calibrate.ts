/**
 * Temperature scaling (Guo et al. 2017): the one number by which logits are divided so that
 * confidence is honest, found on tracks that the weights never saw. Fitted is what is reported: the
 * running mean of the probabilities, since a mean over blocks that disagree is less sure than each.
 */
import { argmax, expectedCalibrationError } from '../metrics.js';
import type { TrackScores } from './validate.js';

const FOLDS = 5;

/**
 * Minimises the negative log likelihood of what is reported of all blocks by golden-section search.
 * @param gain of the running mean that is reported (`gainOf`); 1 for none
 */
export function fitTemperature(scores: readonly TrackScores[], labels: number, gain = 1): number {
  const loss = (temperature: number): number => {
    let total = 0;
    let count = 0;
    for (const { truth, logScores } of scores) {
      eachReported(logScores, labels, temperature, gain, (means) => {
        total -= Math.log(means[truth]! + Number.MIN_VALUE);
        count++;
      });
    }
    return total / count;
  };
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(0.2), Math.log(5)];
  while (high - low > 1e-3) {
    const left = high - golden * (high - low);
    const right = low + golden * (high - low);
    if (loss(Math.exp(left)) < loss(Math.exp(right))) high = right;
    else low = left;
  }
  return Math.exp((low + high) / 2);
}

/**
 * Expected calibration error of what is reported with a temperature that was fitted on other
 * tracks: on four fifths of them for each fifth in turn.
 */
export function crossFittedError(scores: readonly TrackScores[], labels: number, gain = 1): number {
  const confidences: number[] = [];
  const isRight: boolean[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const temperature = fitTemperature(scores.filter((_, index) => index % FOLDS !== fold), labels, gain);
    scores.forEach(({ truth, logScores }, index) => {
      if (index % FOLDS !== fold) return;
      eachReported(logScores, labels, temperature, gain, (means) => {
        const best = argmax(means);
        confidences.push(means[best]!);
        isRight.push(best === truth);
      });
    });
  }
  return expectedCalibrationError(confidences, isRight);
}

/** The running mean after each block of softmax(logScores / temperature), plain at first; one array, changed by the next block. */
function eachReported(logScores: Float32Array, labels: number, temperature: number, gain: number, visit: (means: Float64Array) => void): void {
  const means = new Float64Array(labels);
  const powers = new Float64Array(labels);
  for (let block = 0; block < logScores.length / labels; block++) {
    let sum = 0;
    for (let label = 0; label < labels; label++) sum += powers[label] = Math.exp(logScores[block * labels + label]! / temperature);
    const share = Math.max(gain, 1 / (block + 1));
    for (let label = 0; label < labels; label++) means[label]! += share * (powers[label]! / sum - means[label]!);
    visit(means);
  }
}
