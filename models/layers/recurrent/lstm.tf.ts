/** `lstm.ts` with TensorFlow.js. */
import * as tf from '@tensorflow/tfjs-core';
import type { ApplyLayer } from '../apply-layer.js';
import type { Lstm } from './lstm.js';

export const applyLstm: ApplyLayer<Lstm> = ({ units, keepInput }, x, [kernel, recurrentKernel, bias], [hBefore, cBefore]) => {
  const [batch = 0, columns = 0, features = 0] = x.shape;
  const flat = tf.reshape(x, [batch * columns, features]) as tf.Tensor2D;
  const inputGates = tf.reshape(
    tf.fused.matMul({ a: flat, b: kernel as tf.Tensor2D, bias: bias! }),
    [batch, columns, 4 * units],
  );
  let h = hBefore as tf.Tensor2D; // [batch, units]
  let c = cBefore as tf.Tensor2D;
  const outputs: tf.Tensor2D[] = [];
  for (const fromInput of tf.unstack(inputGates, 1) as tf.Tensor2D[]) {
    const gates = tf.add(fromInput, tf.matMul(h, recurrentKernel as tf.Tensor2D));
    const gate = (index: number): tf.Tensor2D => tf.slice(gates, [0, index * units], [-1, units]) as tf.Tensor2D;
    const remembered = tf.mul(tf.sigmoid(tf.add(gate(1), 1)), c);
    c = tf.add(remembered, tf.mul(tf.sigmoid(gate(0)), tf.tanh(gate(2))));
    h = tf.mul(tf.sigmoid(gate(3)), tf.tanh(c));
    outputs.push(h);
  }
  const y = tf.stack(outputs, 1);
  return { y: keepInput ? tf.concat([x, y], 2) : y, state: [h, c] };
};
