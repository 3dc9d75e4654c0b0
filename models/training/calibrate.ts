/**
 * Temperature scaling (Guo et al. 2017): the one number by which logits are divided so that
 * confidence is honest, found on tracks that the weights never saw.
 */
import { argmax, expectedCalibrationError } from '../metrics.js';
import type { TrackScores } from './validate.js';

const FOLDS = 5;

/** Minimises the negative log likelihood of all block scores by golden-section search. */
export function fitTemperature(scores: readonly TrackScores[], labels: number): number {
  const loss = (temperature: number): number => {
    let total = 0;
    let count = 0;
    for (const { truth, logScores } of scores) {
      for (let block = 0; block < logScores.length; block += labels) {
        let sum = 0;
        for (let label = 0; label < labels; label++) sum += Math.exp(logScores[block + label]! / temperature);
        total += Math.log(sum) - logScores[block + truth]! / temperature;
        count++;
      }
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
 * Expected calibration error of block scores whose temperature was fitted on other tracks: on four
 * fifths of them for each fifth in turn.
 */
export function crossFittedError(scores: readonly TrackScores[], labels: number): number {
  const confidences: number[] = [];
  const isRight: boolean[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const temperature = fitTemperature(scores.filter((_, index) => index % FOLDS !== fold), labels);
    scores.forEach(({ truth, logScores }, index) => {
      if (index % FOLDS !== fold) return;
      for (let block = 0; block < logScores.length; block += labels) {
        const powers = Array.from({ length: labels }, (_, label) => Math.exp(logScores[block + label]! / temperature));
        const best = argmax(powers);
        confidences.push(powers[best]! / powers.reduce((sum, power) => sum + power, 0));
        isRight.push(best === truth);
      }
    });
  }
  return expectedCalibrationError(confidences, isRight);
}
