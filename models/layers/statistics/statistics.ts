/**
 * Running mean and standard deviation of each feature, with exponential weights and the correction
 * for a short past that Adam uses (Kingma and Ba 2015, section 3): with d = 1 - 1 / memory,
 *   m ← d m + (1 - d) x,  s ← d s + (1 - d) x²,  w ← d w + (1 - d),
 *   mean = m / w,  deviation = √(max(s / w - mean², 0) + ε)
 * so that the first columns are averaged plainly and later ones forgotten slowly.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { LayerKind } from '../layer.js';

export interface Statistics {
  readonly type: 'statistics';
  /** Time constant of forgetting, in columns; more than 1. */
  readonly memoryColumns: number;
}

/** Keeps deviations of what stands still away from 0, where their gradient is infinite. */
export const EPSILON = 1e-3;

export const statistics: LayerKind<Statistics> = {
  output: (_, { bands, channels }) => ({ bands: 1, channels: 2 * bands * channels }),

  weights: () => [],

  state: (_, { bands, channels }) => [[2 * bands * channels], [1]], // [m, s], [w]

  multiplyAdds: (_, { bands, channels }) => 4 * bands * channels,

  apply({ memoryColumns }, x, _weights, [before, weightBefore]) {
    const [batch = 0, columns = 0, features = 0] = x.shape;
    const values = tf.concat([x, tf.square(x)], 2); // [batch, columns, 2 features]
    const { past, present } = decay(columns, memoryColumns);
    const moments = tf.add(tf.mul(tf.expandDims(before!, 1), past), weighted(present, values));
    const weights = tf.sub(1, tf.mul(past, tf.sub(1, tf.expandDims(weightBefore!, 1)))); // [batch, columns, 1]

    const corrected = tf.div(moments, weights);
    const mean = tf.slice(corrected, [0, 0, 0], [batch, columns, features]);
    const meanOfSquares = tf.slice(corrected, [0, 0, features], [batch, columns, features]);
    const variance = tf.relu(tf.sub(meanOfSquares, tf.square(mean)));
    return {
      y: tf.concat([mean, tf.sqrt(tf.add(variance, EPSILON))], 2),
      state: [lastColumn(moments), lastColumn(weights)],
    };
  },
};

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

/** [columns, columns] · [batch, columns, values] */
function weighted(present: tf.Tensor2D, x: tf.Tensor): tf.Tensor {
  const [batch = 0, columns = 0, values = 0] = x.shape;
  if (columns === 1) return tf.mul(x, tf.reshape(present, [])); // a block of a stream: without the transposes
  const byColumn = tf.reshape(tf.transpose(x, [1, 0, 2]), [columns, batch * values]);
  return tf.transpose(tf.reshape(tf.matMul(present, byColumn as tf.Tensor2D), [columns, batch, values]), [1, 0, 2]);
}

/** [batch, columns, values] → [batch, values] */
function lastColumn(x: tf.Tensor): tf.Tensor {
  const [batch = 0, columns = 0, values = 0] = x.shape;
  return tf.reshape(columns === 1 ? x : tf.slice(x, [0, columns - 1, 0], [batch, 1, values]), [batch, values]);
}
