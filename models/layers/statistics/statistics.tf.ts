/** `statistics.ts` with TensorFlow.js. */
import * as tf from '@tensorflow/tfjs-core';
import type { ApplyLayer } from '../apply-layer.js';
import { EPSILON, type Statistics } from './statistics.js';

export const applyStatistics: ApplyLayer<Statistics> = ({ memoryColumns }, x, _weights, [before, weightBefore]) => {
  const [batch = 0, columns = 0, features = 0] = x.shape;
  const values = tf.concat([x, tf.square(x)], 2); // [batch, columns, 2 features]
  const { past, recent } = decay(columns, memoryColumns);
  const moments = tf.add(tf.mul(tf.expandDims(before!, 1), past), weighted(recent, values));
  const weights = tf.sub(1, tf.mul(past, tf.sub(1, tf.expandDims(weightBefore!, 1)))); // [batch, columns, 1]

  const corrected = tf.div(moments, weights);
  const mean = tf.slice(corrected, [0, 0, 0], [batch, columns, features]);
  const meanOfSquares = tf.slice(corrected, [0, 0, features], [batch, columns, features]);
  const variance = tf.relu(tf.sub(meanOfSquares, tf.square(mean)));
  return {
    y: tf.concat([mean, tf.sqrt(tf.add(variance, EPSILON))], 2),
    state: [lastColumn(moments), lastColumn(weights)],
  };
};

/** Weights after each column: of the initial state, [columns, 1], and of each earlier or equal column, [columns, columns]. */
function decay(columns: number, memoryColumns: number): { past: tf.Tensor2D; recent: tf.Tensor2D } {
  const d = 1 - 1 / memoryColumns;
  const past = Float32Array.from({ length: columns }, (_, t) => d ** (t + 1));
  const recent = new Float32Array(columns * columns);
  for (let t = 0; t < columns; t++) {
    for (let from = 0; from <= t; from++) recent[t * columns + from] = (1 - d) * d ** (t - from);
  }
  return { past: tf.tensor2d(past, [columns, 1]), recent: tf.tensor2d(recent, [columns, columns]) };
}

/** [columns, columns] · [batch, columns, values] */
function weighted(recent: tf.Tensor2D, x: tf.Tensor): tf.Tensor {
  const [batch = 0, columns = 0, values = 0] = x.shape;
  if (columns === 1) return tf.mul(x, tf.reshape(recent, [])); // a block of one column needs no transposes
  const byColumn = tf.reshape(tf.transpose(x, [1, 0, 2]), [columns, batch * values]);
  return tf.transpose(tf.reshape(tf.matMul(recent, byColumn as tf.Tensor2D), [columns, batch, values]), [1, 0, 2]);
}

/** [batch, columns, values] → [batch, values] */
function lastColumn(x: tf.Tensor): tf.Tensor {
  const [batch = 0, columns = 0, values = 0] = x.shape;
  return tf.reshape(columns === 1 ? x : tf.slice(x, [0, columns - 1, 0], [batch, 1, values]), [batch, values]);
}
