/** `dense.ts` with TensorFlow.js. */
import * as tf from '@tensorflow/tfjs-core';
import type { ApplyLayer } from '../apply-layer.js';
import type { Dense } from './dense.js';

export const applyDense: ApplyLayer<Dense> = ({ units, activation }, x, [kernel, bias]) => {
  const [batch = 0, columns = 0] = x.shape;
  const flat = tf.reshape(x, [batch * columns, kernel!.shape[0]!]) as tf.Tensor2D;
  const y = tf.fused.matMul({ a: flat, b: kernel as tf.Tensor2D, bias: bias!, activation });
  return { y: tf.reshape(y, [batch, columns, units]), state: [] };
};
