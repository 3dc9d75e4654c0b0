/**
 * Multinomial logistic regression with an L2 penalty on standardised values, every class as often
 * as any other and of each its rows as often as they are believed to be of it. Some directions may
 * be given in advance, each a value that should speak for a class: how much it does is learned
 * without a penalty, so where the labelled examples are few the answer falls back on those instead
 * of on nothing.
 */
import * as tf from '@tensorflow/tfjs-core';
import { Adam, cosineRate } from '../network/adam.js';
import type { Random } from '../../random.js';
import type { SoftLabel, Rows } from './rows.js';

const STEPS = 500;
const BATCH = 2048;
const LEARNING_RATE = 0.02;

/** The value `row` of a row speaks for `label`. */
export interface Hint {
  readonly value: number;
  readonly label: number;
}

export interface Regression {
  /** [width × classes], for values as they are, not standardised. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/** Rows brought to mean 0 and deviation 1, once for several regressions. */
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
 * @param penalty of the squared weights, one for all or one for each value
 * @param hints directions that cost no penalty
 */
export function regress(rows: Standardised, classes: number, penalty: number | Float32Array, hints: readonly Hint[], random: Random): Regression {
  const { values, width, softLabels, mean, deviation } = rows;
  const urns = Array.from({ length: classes }, (_, label) => urnOf(label, softLabels)).filter(({ total }) => total > 0);
  const kernel = tf.variable(tf.zeros([width, classes])) as tf.Variable<tf.Rank.R2>;
  const bias = tf.variable(tf.zeros([classes]));
  const trust = tf.variable(tf.ones([Math.max(1, hints.length), 1]));
  const places = tf.buffer([width, Math.max(1, hints.length)]); // hint → value
  const spoken = tf.buffer([Math.max(1, hints.length), classes]); // hint → class
  hints.forEach(({ value, label }, hint) => {
    places.set(1, value, hint);
    spoken.set(1, hint, label);
  });
  const from = places.toTensor() as tf.Tensor2D;
  const to = spoken.toTensor() as tf.Tensor2D;
  const costs = tf.tensor2d(typeof penalty === 'number' ? new Float32Array(width).fill(penalty) : penalty, [width, 1]);
  const weights = (): tf.Tensor2D => tf.add(kernel, tf.matMul(from, tf.mul(trust, to))) as tf.Tensor2D;

  const adam = new Adam([kernel, bias, trust]);
  const x = new Float32Array(BATCH * width);
  const picked = new Int32Array(BATCH);
  for (let step = 0; step < STEPS; step++) {
    for (let index = 0; index < BATCH; index++) {
      const { label, ends, total } = urns[index % urns.length]!;
      const row = placeOf(random.next() * total, ends);
      x.set(values.subarray(row * width, (row + 1) * width), index * width);
      picked[index] = label;
    }
    adam.step(() => {
      const logits = tf.add(tf.matMul(tf.tensor2d(x, [BATCH, width]), weights()), bias);
      const target = tf.oneHot(tf.tensor1d(picked, 'int32'), classes);
      const crossEntropy = tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits, 1), target), 1)));
      return tf.add(crossEntropy, tf.sum(tf.mul(costs, tf.square(kernel))));
    }, cosineRate(step, STEPS, LEARNING_RATE));
  }

  const all = tf.tidy(() => weights().dataSync<'float32'>().slice());
  const shift = bias.dataSync<'float32'>().slice();
  adam.dispose();
  tf.dispose([kernel, bias, trust, from, to, costs]);
  for (let index = 0; index < width; index++) {
    for (let label = 0; label < classes; label++) {
      all[index * classes + label]! /= deviation[index]!;
      shift[label]! -= all[index * classes + label]! * mean[index]!;
    }
  }
  return { kernel: all, bias: shift };
}

/** What rows of a class are drawn from: where each ends, when all are laid side by side as wide as they are believed to be of it. */
interface Urn {
  readonly label: number;
  readonly ends: Float64Array;
  readonly total: number;
}

function urnOf(label: number, softLabels: readonly SoftLabel[]): Urn {
  let total = 0;
  const ends = Float64Array.from(softLabels, (softLabel) => (total += softLabel[label]!));
  return { label, ends, total };
}

/** The first row that ends after `at`. */
function placeOf(at: number, ends: Float64Array): number {
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle]! > at) high = middle;
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
