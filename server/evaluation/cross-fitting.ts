/**
 * Cross-fitted calibration error. A model's temperature is usually fitted on the `valid` tracks
 * themselves; here each of five folds of neighbouring tracks is evaluated with a temperature fitted on
 * the other four, through the live smoother.
 */
import { blockMs, smoothingGain } from '../../models/manifest.js';
import { expectedCalibrationError } from '../../models/metrics.js';
import { fitTemperature } from '../../models/training/head/calibrate.js';
import { consecutiveFolds } from '../../models/training/data/protocols.js';
import { MIN_PROBABILITY } from '../pipe/smoothing.js';
import { reported } from './figures.js';
import type { PipelineContext, TrackResult, ScoredBlock } from './classify-tracks.js';
import { replay } from './sweep.js';

const FOLDS = 5;

/** @returns undefined with fewer tracks than folds */
export function crossFittedEce(results: readonly TrackResult[], { model, settings }: Pick<PipelineContext, 'model' | 'settings'>): number | undefined {
  if (results.length < FOLDS) return undefined;
  const labels = model.labels.length;
  const gain = smoothingGain(model.smoothing.confidenceMs ?? 0, blockMs(model));
  const scores = results.map(({ truth, blocks }) => ({ truth, logScores: Float32Array.from(blocks.flatMap(({ probabilities }) => [...probabilities].map((p) => Math.log(Math.max(p, MIN_PROBABILITY))))) }));
  const folds = consecutiveFolds(results.map(({ truth }) => truth), FOLDS);
  const judged = Array.from({ length: FOLDS }, (_, fold) => {
    const isOut = (_each: unknown, index: number): boolean => folds[index] === fold;
    const temperature = fitTemperature(scores.filter((each, index) => !isOut(each, index)), labels, gain);
    return reported(results.filter(isOut).map(({ truth, blocks }) => ({ truth, blocks: replay(blocks.map((block) => tempered(block, temperature)), model, settings) })));
  });
  return expectedCalibrationError(judged.flatMap(({ confidences }) => confidences), judged.flatMap(({ isRight }) => isRight));
}

/** Divides the logits by `temperature`, in addition to the model's own. */
function tempered(block: ScoredBlock, temperature: number): ScoredBlock {
  const powers = block.probabilities.map((p) => Math.max(p, MIN_PROBABILITY) ** (1 / temperature));
  const sum = powers.reduce((total, power) => total + power, 0);
  return { ...block, probabilities: powers.map((power) => power / sum) };
}
