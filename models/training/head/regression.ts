/**
 * Multinomial logistic regression with an L2 penalty on standardised values. Classes are sampled in
 * proportion to the sum of their soft labels, and rows of a class in proportion to their own. Hints are values known in
 * advance to indicate a class; their weights are not penalised, so with few labelled examples the
 * prediction falls back on the hints.
 */
import * as tf from '@tensorflow/tfjs-core';
import { Adam, cosineRate } from '../network/adam.js';
import type { Random } from '../../random.js';
import type { SoftLabel, Rows } from './rows.js';

const STEPS = 500;
/** Rows of a batch: as many as there are, within these. */
const BATCH = { least: 256, most: 2048 };
const LEARNING_RATE = 0.02;

/** The value with index `value` indicates `label`. */
export interface Hint {
  readonly value: number;
  readonly label: number;
}

export interface Regression {
  /** [width × classes], for values that are not standardised. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/** Rows with mean 0 and standard deviation 1 per value; computed once for several regressions. */
export interface Standardised extends Rows {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

export function standardise({ values, width, softLabels }: Rows): Standardised {
  const rows = softLabels.length;
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width);
  for (let at = 0; at < values.length; at++) mean[at % width]! += values[at]! / rows;
  for (let at = 0; at < values.length; at++) deviation[at % width]! += (values[at]! - mean[at % width]!) ** 2 / rows;
  for (let index = 0; index < width; index++) deviation[index] = Math.sqrt(deviation[index]!) + 1e-3;
  const standard = new Float32Array(values.length);
  for (let at = 0; at < values.length; at++) standard[at] = (values[at]! - mean[at % width]!) / deviation[at % width]!;
  return { values: standard, width, softLabels, mean, deviation };
}

/**
 * @param penalty factor of the squared weights, one for all values or one per value
 * @param hints directions without a penalty
 */
export function regress(rows: Standardised, classes: number, penalty: number | Float32Array, hints: readonly Hint[], random: Random): Regression {
  const { values, width, softLabels } = rows;
  const samplers = Array.from({ length: classes }, (_, label) => samplerOf(label, softLabels));
  const ofClass = cumulativeSum(samplers.map(({ total }) => total));
  const kernel = tf.variable(tf.zeros([width, classes])) as tf.Variable<tf.Rank.R2>;
  const bias = tf.variable(tf.zeros([classes]));
  const hintWeights = tf.variable(tf.ones([Math.max(1, hints.length), 1]));
  const hintToValue = tf.buffer([width, Math.max(1, hints.length)]); // value of each hint
  const hintToClass = tf.buffer([Math.max(1, hints.length), classes]); // class of each hint
  hints.forEach(({ value, label }, hint) => {
    hintToValue.set(1, value, hint);
    hintToClass.set(1, hint, label);
  });
  const from = hintToValue.toTensor() as tf.Tensor2D;
  const to = hintToClass.toTensor() as tf.Tensor2D;
  const penalties = tf.tensor2d(typeof penalty === 'number' ? new Float32Array(width).fill(penalty) : penalty, [width, 1]);
  const weights = (): tf.Tensor2D => tf.add(kernel, tf.matMul(from, tf.mul(hintWeights, to))) as tf.Tensor2D;

  const adam = new Adam([kernel, bias, hintWeights]);
  const batch = Math.min(BATCH.most, Math.max(BATCH.least, softLabels.length));
  const x = new Float32Array(batch * width);
  const picked = new Int32Array(batch);
  for (let step = 0; step < STEPS; step++) {
    for (let index = 0; index < batch; index++) {
      // Strata instead of independent draws: each class gets its share of every batch.
      const { label, cumulative, total } = samplers[indexAt(((index + random.next()) / batch) * ofClass.at(-1)!, ofClass)]!;
      const row = indexAt(random.next() * total, cumulative);
      for (let value = 0; value < width; value++) x[index * width + value] = values[row * width + value]!;
      picked[index] = label;
    }
    adam.step(() => {
      const logits = tf.add(tf.matMul(tf.tensor2d(x, [batch, width]), weights()), bias);
      const target = tf.oneHot(tf.tensor1d(picked, 'int32'), classes);
      const crossEntropy = tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits, 1), target), 1)));
      return tf.add(crossEntropy, tf.sum(tf.mul(penalties, tf.square(kernel))));
    }, cosineRate(step, STEPS, LEARNING_RATE));
  }

  const fitted = { kernel: tf.tidy(() => weights().dataSync<'float32'>().slice()), bias: bias.dataSync<'float32'>().slice() };
  adam.dispose();
  tf.dispose([kernel, bias, hintWeights, from, to, penalties]);
  return ofRaw(fitted, rows);
}

/** A regression on standardised values as one on the values themselves. */
function ofRaw({ kernel, bias }: Regression, { mean, deviation }: Standardised): Regression {
  const classes = bias.length;
  const scaled = kernel.map((weight, at) => weight / deviation[Math.floor(at / classes)]!);
  const shifts = bias.slice();
  scaled.forEach((weight, at) => { shifts[at % classes]! -= weight * mean[Math.floor(at / classes)]!; });
  return { kernel: scaled, bias: shifts };
}

/** Samples rows of a class in proportion to their soft label, by inverting the cumulative sum. */
interface RowSampler {
  readonly label: number;
  readonly cumulative: Float64Array;
  readonly total: number;
}

function samplerOf(label: number, softLabels: readonly SoftLabel[]): RowSampler {
  const cumulative = cumulativeSum(softLabels.map((softLabel) => softLabel[label]!));
  return { label, cumulative, total: cumulative.at(-1) ?? 0 };
}

function cumulativeSum(values: readonly number[]): Float64Array {
  let sum = 0;
  return Float64Array.from(values, (value) => (sum += value));
}

/** Binary search: the first index whose cumulative sum exceeds `at`. */
function indexAt(at: number, cumulative: Float64Array): number {
  let [low, high] = [0, cumulative.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Logits of a row, [classes]. */
export function logitsOf({ kernel, bias }: Regression, row: Float32Array): Float64Array {
  const classes = bias.length;
  const logits = Float64Array.from(bias);
  for (let index = 0; index < row.length; index++) {
    const value = row[index]!;
    if (value === 0) continue;
    for (let label = 0; label < classes; label++) logits[label]! += value * kernel[index * classes + label]!;
  }
  return logits;
}

/** A regression on two classes as the logit of the second one: the softmax of two logits is the logistic function of their difference. */
export function difference({ kernel, bias }: Regression): Regression {
  return { kernel: Float32Array.from({ length: kernel.length / 2 }, (_, value) => kernel[2 * value + 1]! - kernel[2 * value]!), bias: Float32Array.of(bias[1]! - bias[0]!) };
}
