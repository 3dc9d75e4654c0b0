/**
 * Beside what the layers before say: running mean and deviation of every band that the network is
 * given, and of how far it moves from column to column (as `statistics.ts` has them). The level of
 * a band over a few seconds and its movement tell much of a genre by themselves; a shortcut past
 * the layers before keeps that as it is (as the skip connections of He et al. 2016).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { LayerKind } from './layer.js';
import { endsOf, lastColumn, momentsOf, remember } from './statistics.js';

export interface InputStatistics {
  readonly type: 'inputStatistics';
  /** Time constant of forgetting, in the network's input columns; more than 1. */
  readonly memoryColumns: number;
}

export const inputStatistics: LayerKind<InputStatistics> = {
  output: (_, { bands, channels }, given) => ({ bands: 1, channels: bands * channels + 4 * given.bands }),

  weights: () => [],

  state: (_, __, { bands }) => [[4 * bands], [1], [bands]], // moments of levels and steps, their weight, the last column

  multiplyAdds: (_, __, { bands, stride }) => 8 * bands * stride,

  apply({ memoryColumns }, x, _weights, [moments, weight, before], { input, stride }) {
    const sound = soundUnder(x, input, stride);
    const movement = tf.abs(stepsOf(sound, before!, weight!));
    const { running, weights } = remember(tf.concat([sound, movement], 2), memoryColumns, moments!, weight!);
    return {
      y: tf.concat([x, momentsOf(endsOf(running, stride), endsOf(weights, stride))], 2),
      state: [lastColumn(running), lastColumn(weights), lastColumn(sound)],
    };
  },
};

/** The columns of the network's input that the columns of `x` were made of, [batch, columns, bands]. */
export function soundUnder(x: tf.Tensor, input: tf.Tensor3D, stride: number): tf.Tensor3D {
  return tf.slice(input, [0, 0, 0], [-1, x.shape[1]! * stride, -1]);
}

/**
 * How far each value moves from column to column; the first column of all has nothing to step from.
 * @param x [batch, columns, values]
 * @param before [batch, values] the column before
 * @param weight [batch, 1] of all before; 0 when there was nothing
 */
export function stepsOf(x: tf.Tensor, before: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  const [batch = 0, columns = 0] = x.shape;
  const earlier = tf.concat([tf.expandDims(before, 1), tf.slice(x, [0, 0, 0], [-1, columns - 1, -1])], 1);
  const isFirst = tf.cast(tf.equal(tf.reshape(weight, [batch, 1, 1]), 0), 'float32');
  const known = tf.sub(1, tf.mul(isFirst, firstOnly(columns)));
  return tf.mul(tf.sub(x, earlier), known);
}

/** [1, columns, 1]: 1 for the first column, 0 for the others. */
function firstOnly(columns: number): tf.Tensor {
  const values = new Float32Array(columns);
  values[0] = 1;
  return tf.tensor3d(values, [1, columns, 1]);
}
