/**
 * Beside what the layers before say: running mean and deviation of every band that the network is
 * given, and of how far it moves from column to column (as `statistics.ts` has them). The level of
 * a band over a few seconds and its movement tell much of a genre by themselves; a shortcut past
 * the layers before keeps that as it is (as the skip connections of He et al. 2016).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { LayerKind } from './layer.js';
import { lastColumn, momentsOf, remember } from './statistics.js';

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
    const [batch = 0, steps = 0] = x.shape;
    const bands = input.shape[2];
    const sound = tf.slice(input, [0, 0, 0], [-1, steps * stride, -1]);
    const earlier = tf.concat([tf.expandDims(before!, 1), tf.slice(sound, [0, 0, 0], [-1, steps * stride - 1, -1])], 1);
    // The first column of all has nothing to step from.
    const isFirst = tf.expandDims(tf.expandDims(tf.equal(tf.reshape(weight!, [batch]), 0), 1), 2);
    const known = tf.sub(1, tf.mul(tf.cast(isFirst, 'float32'), firstOnly(steps * stride)));
    const movement = tf.mul(tf.abs(tf.sub(sound, earlier)), known);
    const { running, weights } = remember(tf.concat([sound, movement], 2), memoryColumns, moments!, weight!);
    // What is known at the end of each step of the layers before.
    const atEnds = (all: tf.Tensor): tf.Tensor => {
      const values = all.shape[2]!;
      return tf.reshape(tf.slice(tf.reshape(all, [batch * steps, stride, values]), [0, stride - 1, 0], [-1, 1, -1]), [batch, steps, values]);
    };
    return {
      y: tf.concat([x, momentsOf(atEnds(running), atEnds(weights))], 2),
      state: [lastColumn(running), lastColumn(weights), tf.reshape(tf.slice(sound, [0, steps * stride - 1, 0], [-1, 1, -1]), [batch, bands])],
    };
  },
};

/** [1, columns, 1]: 1 for the first column, 0 for the others. */
function firstOnly(columns: number): tf.Tensor {
  const values = new Float32Array(columns);
  values[0] = 1;
  return tf.tensor3d(values, [1, columns, 1]);
}
