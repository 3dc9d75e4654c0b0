/**
 * What the teachers believe of a track's genre: logistic regression on their tag logits, around a prior
 * by name. The teachers were asked for tags, not for these labels; tags named like a label are evidence
 * for it, and how much the others say is learned from labelled tracks whose answers are known. With few
 * of those the prior decides ("MAP adaptation" towards a prior model, Chelba and Acero 2004).
 */
import { softmax } from '../../step/probabilities.js';
import type { SoftLabel } from './rows.js';
import { tagsFor } from './tags.js';

/** Penalty of the squared distance from the prior. */
const PENALTY = 3;
/** A label's examples count in proportion to their number to the power of 1 - this. */
const BALANCE = 0.5;
const STEPS = 400;

/** A labelled track with the teachers' answers. */
export interface Witness {
  /** [tags] mean logits over the track. */
  readonly logits: Float32Array;
  /** Index of the label. */
  readonly label: number;
  /** Group of witnesses among which the labels are balanced, such as a pack. */
  readonly group: string;
}

/** Computes the soft label of a track from its tag logits. */
export type Belief = (logits: Float32Array) => SoftLabel;

/**
 * @param names of the tags
 * @param all tag logits of unlabelled tracks, which say what is usual for each tag
 */
export function fitBelief(labels: readonly string[], names: readonly string[], all: readonly Float32Array[], witnesses: readonly Witness[]): Belief {
  const tags = names.length;
  const usual = names.map((_, tag) => meanAndDeviation(all.map((logits) => logits[tag]!)));
  const standardised = (logits: Float32Array): Float64Array => Float64Array.from(usual, ({ mean, deviation }, tag) => (logits[tag]! - mean) / deviation);

  const prior = new Float64Array(tags * labels.length);
  labels.forEach((label, index) => {
    const own = tagsFor(label, names);
    for (const tag of own) prior[tag * labels.length + index] = 1 / own.length;
  });
  const rows = witnesses.map(({ logits }) => standardised(logits));
  const fitted = descend(rows, witnesses.map(({ label }) => label), weightsOf(witnesses), prior, labels.length);
  return (logits) => [...probabilities(standardised(logits), fitted)];
}

interface Weights {
  /** [tags × labels] */
  readonly kernel: Float64Array;
  readonly bias: Float64Array;
}

/** Accelerated gradient descent (Nesterov 1983) of a convex loss, from the prior. */
function descend(rows: readonly Float64Array[], truths: readonly number[], weights: readonly number[], prior: Float64Array, labels: number): Weights {
  const at: Weights = { kernel: prior.slice(), bias: new Float64Array(labels) };
  if (rows.length === 0) return at;
  const ahead: Weights = { kernel: prior.slice(), bias: new Float64Array(labels) };
  // Upper bound of the curvature: that of softmax is at most 1/2, and the largest eigenvalue of the rows' covariance at most its trace.
  const curvature = 0.5 * rows.reduce((sum, row, index) => sum + weights[index]! * (1 + row.reduce((own, value) => own + value * value, 0)), 0) + PENALTY;
  for (let step = 0; step < STEPS; step++) {
    const kernel = ahead.kernel.map((value, index) => PENALTY * (value - prior[index]!));
    const bias = new Float64Array(labels);
    rows.forEach((row, index) => {
      const error = probabilities(row, ahead);
      error[truths[index]!]! -= 1;
      for (let label = 0; label < labels; label++) {
        const own = weights[index]! * error[label]!;
        bias[label]! += own;
        for (let tag = 0; tag < row.length; tag++) kernel[tag * labels + label]! += own * row[tag]!;
      }
    });
    const momentum = step / (step + 3);
    for (const [values, gradient, next] of [[at.kernel, kernel, ahead.kernel], [at.bias, bias, ahead.bias]] as const) {
      for (let index = 0; index < values.length; index++) {
        const before = values[index]!;
        values[index] = next[index]! - gradient[index]! / curvature;
        next[index] = values[index]! + momentum * (values[index]! - before);
      }
    }
  }
  return at;
}

function probabilities(row: Float64Array, { kernel, bias }: Weights): Float64Array {
  const labels = bias.length;
  const p = bias.slice();
  for (let tag = 0; tag < row.length; tag++) {
    for (let label = 0; label < labels; label++) p[label]! += row[tag]! * kernel[tag * labels + label]!;
  }
  softmax(p, 0, labels, 1);
  return p;
}

/** Weights that sum to 1; every group counts by its number of witnesses. */
function weightsOf(witnesses: readonly Witness[]): number[] {
  const raw = witnesses.map(({ label, group }) => witnesses.filter((other) => other.label === label && other.group === group).length ** -BALANCE);
  const groups = [...new Set(witnesses.map(({ group }) => group))].map((group) => {
    const own = raw.filter((_, index) => witnesses[index]!.group === group);
    return [group, own.length / own.reduce((sum, weight) => sum + weight, 0)] as const;
  });
  const ofGroup = new Map(groups);
  return raw.map((weight, index) => (weight * ofGroup.get(witnesses[index]!.group)!) / witnesses.length);
}

function meanAndDeviation(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) + 1e-3 };
}
