/** `gru.ts` with TensorFlow.js. */
import * as tf from '@tensorflow/tfjs-core';
import type { ApplyLayer } from '../apply-layer.js';
import type { Gru } from './gru.js';

export const applyGru: ApplyLayer<Gru> = ({ units, keepInput }, x, [kernel, recurrentKernel, bias, recurrentBias], [before]) => {
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
};
