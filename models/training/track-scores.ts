/** What a network says about a labelled track. Free of tensors, so that `livegenre evaluate` needs no TensorFlow.js for it. */
import { accuracy, argmax } from '../metrics.js';

export interface TrackScores {
  readonly truth: number;
  /** [blocks × labels] natural logarithms of probabilities. */
  readonly logScores: Float32Array;
  /** [blocks] share of the first of two experts, whose logits alone get shifts; default 1. */
  readonly first?: Float32Array;
}

/** Accuracy: share of tracks whose mean log score is highest for the true genre. */
export function trackAccuracy(scores: readonly TrackScores[], labels: number): number {
  return accuracy(scores.map(({ truth }) => truth), scores.map(({ logScores }) => argmax(meanScores(logScores, labels))));
}

/** [blocks × labels] → [labels] */
export function meanScores(logScores: Float32Array, labels: number): Float64Array {
  const means = new Float64Array(labels);
  const blocks = logScores.length / labels;
  for (let index = 0; index < logScores.length; index++) means[index % labels]! += logScores[index]! / blocks;
  return means;
}
