/**
 * Running mean and standard deviation of each feature, with exponential weights and the correction
 * for a short past that Adam uses (Kingma and Ba 2015, section 3): with d = 1 - 1 / memory,
 *   m ← d m + (1 - d) x,  s ← d s + (1 - d) x²,  w ← d w + (1 - d),
 *   mean = m / w,  deviation = √(max(s / w - mean², 0) + ε)
 * so that the first columns are averaged plainly and later ones forgotten slowly.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { LayerKind } from './layer.js';

export interface Statistics {
  readonly type: 'statistics';
  /** Time constant of forgetting, in columns; more than 1. */
  readonly memoryColumns: number;
}

const EPSILON = 1e-3;

export const statistics: LayerKind<Statistics> = {
  output: (_, { bands, channels }) => ({ bands: 1, channels: 2 * bands * channels }),

  weights: () => [],

  state: (_, { bands, channels }) => [[2 * bands * channels], [1]], // [m, s], [w]

  multiplyAdds: (_, { bands, channels }) => 4 * bands * channels,

  apply({ memoryColumns }, x, _weights, [moments, weight]) {
    const { running, weights } = remember(x, memoryColumns, moments!, weight!);
    return { y: momentsOf(running, weights), state: [lastColumn(running), lastColumn(weights)] };
  },
};

/**
 * The running sums of values and of their squares, and of the weights.
 * @param x [batch, columns, features]
 * @param moments [batch, 2 features] sums so far
 * @param weight [batch, 1] weight so far
 * @returns running [batch, columns, 2 features], weights [batch, columns, 1]
 */
export function remember(x: tf.Tensor, memoryColumns: number, moments: tf.Tensor, weight: tf.Tensor): Running {
  return follow(tf.concat([x, tf.square(x)], 2), memoryColumns, moments, weight);
}

/** Sums with exponential weights after each column, and of the weights alone: their quotient is the running mean. */
export interface Running {
  /** [batch, columns, values] */
  readonly running: tf.Tensor;
  /** [batch, columns, 1] */
  readonly weights: tf.Tensor;
}

/**
 * @param x [batch, columns, values]
 * @param sums [batch, values] so far
 * @param weight [batch, 1] so far
 */
export function follow(x: tf.Tensor, memoryColumns: number, sums: tf.Tensor, weight: tf.Tensor): Running {
  const { past, present } = decay(x.shape[1]!, memoryColumns);
  const kept = tf.mul(tf.expandDims(sums, 1), past);
  return {
    running: tf.add(kept, weighted(present, x)),
    weights: tf.sub(1, tf.mul(past, tf.sub(1, tf.expandDims(weight, 1)))),
  };
}

/** Of all columns the last one of each `stride`: [batch, columns, values] → [batch, columns / stride, values] */
export function endsOf(all: tf.Tensor, stride: number): tf.Tensor {
  const [batch = 0, columns = 0, values = 0] = all.shape;
  const steps = columns / stride;
  return tf.reshape(tf.slice(tf.reshape(all, [batch * steps, stride, values]), [0, stride - 1, 0], [-1, 1, -1]), [batch, steps, values]);
}

/** Means and deviations, [batch, columns, 2 features], from what `remember` gives. */
export function momentsOf(running: tf.Tensor, weights: tf.Tensor): tf.Tensor {
  const corrected = tf.div(running, weights);
  const features = running.shape[2]! / 2;
  const mean = tf.slice(corrected, [0, 0, 0], [-1, -1, features]);
  const meanOfSquares = tf.slice(corrected, [0, 0, features], [-1, -1, -1]);
  const variance = tf.relu(tf.sub(meanOfSquares, tf.square(mean)));
  return tf.concat([mean, tf.sqrt(tf.add(variance, EPSILON))], 2);
}

/** What is left of the past after each column, [columns, 1], and the weight of each column in each later one, [columns, columns]. */
function decay(columns: number, memoryColumns: number): { past: tf.Tensor2D; present: tf.Tensor2D } {
  const d = 1 - 1 / memoryColumns;
  const past = Float32Array.from({ length: columns }, (_, t) => d ** (t + 1));
  const present = new Float32Array(columns * columns);
  for (let t = 0; t < columns; t++) {
    for (let from = 0; from <= t; from++) present[t * columns + from] = (1 - d) * d ** (t - from);
  }
  return { past: tf.tensor2d(past, [columns, 1]), present: tf.tensor2d(present, [columns, columns]) };
}

/** [columns, columns] · [batch, columns, features] */
function weighted(present: tf.Tensor2D, x: tf.Tensor): tf.Tensor {
  const [batch = 0, columns = 0, features = 0] = x.shape;
  const byColumn = tf.reshape(tf.transpose(x, [1, 0, 2]), [columns, batch * features]);
  return tf.transpose(tf.reshape(tf.matMul(present, byColumn as tf.Tensor2D), [columns, batch, features]), [1, 0, 2]);
}

/** [batch, columns, features] → [batch, features] */
export function lastColumn(x: tf.Tensor): tf.Tensor {
  const [batch = 0, columns = 0, features = 0] = x.shape;
  return tf.reshape(tf.slice(x, [0, columns - 1, 0], [-1, 1, -1]), [batch, features]);
}
