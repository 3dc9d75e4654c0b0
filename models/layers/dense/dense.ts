/** A fully connected layer, applied to each column; bands and channels are flattened first. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayerKind } from '../layer.js';

export interface Dense {
  readonly type: 'dense';
  readonly units: number;
  readonly activation: 'relu' | 'linear';
}

export const dense: LayerKind<Dense> = {
  output: ({ units }) => ({ bands: 1, channels: units }),

  weights: ({ units }, { bands, channels }) => [
    { name: 'kernel', shape: [bands * channels, units] },
    { name: 'bias', shape: [units] },
  ],

  state: () => [],

  multiplyAdds: ({ units }, { bands, channels }) => bands * channels * units,

  apply({ units, activation }, x, [kernel, bias]) {
    const [batch = 0, columns = 0] = x.shape;
    const flat = tf.reshape(x, [batch * columns, kernel!.shape[0]!]) as tf.Tensor2D;
    const y = tf.fused.matMul({ a: flat, b: kernel as tf.Tensor2D, bias: bias!, activation });
    return { y: tf.reshape(y, [batch, columns, units]), state: [] };
  },
};
