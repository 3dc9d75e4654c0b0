/**
 * Gated recurrent unit (Cho et al. 2014, arXiv:1406.1078) with the reset gate applied after the
 * matrix product, as in cuDNN:
 *   z = σ(x Wz + h Uz + b), r = σ(x Wr + h Ur + b), n = tanh(x Wn + b + r (h Un + c)), h ← n + z (h - n)
 */
import * as tf from '@tensorflow/tfjs-core';
import type { LayerKind } from '../layer.js';

export interface Gru {
  readonly type: 'gru';
  readonly units: number;
  /** Concatenates the layer's input with its output, for later layers. */
  readonly keepInput: boolean;
}

export const gru: LayerKind<Gru> = {
  output: ({ units, keepInput }, { bands, channels }) => ({ bands: 1, channels: units + (keepInput ? bands * channels : 0) }),

  weights: ({ units }, { bands, channels }) => [
    { name: 'kernel', shape: [bands * channels, 3 * units] }, // gates in the order z, r, n
    { name: 'recurrentKernel', shape: [units, 3 * units] },
    { name: 'bias', shape: [3 * units] },
    { name: 'recurrentBias', shape: [3 * units] },
  ],

  state: ({ units }) => [[units]],

  multiplyAdds: ({ units }, { bands, channels }) => 3 * units * (bands * channels + units),

  apply({ units, keepInput }, x, [kernel, recurrentKernel, bias, recurrentBias], [before]) {
    const [batch = 0, columns = 0, features = 0] = x.shape;
    const flat = tf.reshape(x, [batch * columns, features]) as tf.Tensor2D;
    const inputGates = tf.reshape(
      tf.fused.matMul({ a: flat, b: kernel as tf.Tensor2D, bias: bias! }),
      [batch, columns, 3 * units],
    );
    let h = before as tf.Tensor2D; // [batch, units]
    const outputs: tf.Tensor2D[] = [];
    for (const gates of tf.unstack(inputGates, 1) as tf.Tensor2D[]) {
      const stateGates = tf.fused.matMul({ a: h, b: recurrentKernel as tf.Tensor2D, bias: recurrentBias! });
      const zr = tf.sigmoid(tf.add(
        tf.slice(gates, [0, 0], [-1, 2 * units]),
        tf.slice(stateGates, [0, 0], [-1, 2 * units]),
      ));
      const z = tf.slice(zr, [0, 0], [-1, units]);
      const r = tf.slice(zr, [0, units], [-1, units]);
      const n = tf.tanh(tf.add(
        tf.slice(gates, [0, 2 * units], [-1, units]),
        tf.mul(r, tf.slice(stateGates, [0, 2 * units], [-1, units])),
      ));
      h = tf.add(n, tf.mul(z, tf.sub(h, n)));
      outputs.push(h);
    }
    const y = tf.stack(outputs, 1);
    return { y: keepInput ? tf.concat([x, y], 2) : y, state: [h] };
  },
};
