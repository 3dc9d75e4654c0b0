/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997) with a forget gate (Gers, Schmidhuber
 * and Cummins 2000):
 *   i = σ(x Wi + h Ui + b), f = σ(x Wf + h Uf + b + 1), g = tanh(x Wg + h Ug + b), o = σ(x Wo + h Uo + b)
 *   c ← f c + i g,  h ← o tanh(c)
 * The 1 is the initial forget bias, which lets an untrained network remember (Jozefowicz, Zaremba and
 * Sutskever 2015); as it is part of the formula, all biases start at zero.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { LayerKind } from '../layer.js';

export interface Lstm {
  readonly type: 'lstm';
  readonly units: number;
  /** Concatenates the layer's input with its output, for later layers. */
  readonly keepInput: boolean;
}

export const lstm: LayerKind<Lstm> = {
  output: ({ units, keepInput }, { bands, channels }) => ({ bands: 1, channels: units + (keepInput ? bands * channels : 0) }),

  weights: ({ units }, { bands, channels }) => [
    { name: 'kernel', shape: [bands * channels, 4 * units] }, // gates in the order i, f, g, o
    { name: 'recurrentKernel', shape: [units, 4 * units] },
    { name: 'bias', shape: [4 * units] },
  ],

  state: ({ units }) => [[units], [units]], // h, c

  multiplyAdds: ({ units }, { bands, channels }) => 4 * units * (bands * channels + units),

  apply({ units, keepInput }, x, [kernel, recurrentKernel, bias], [hBefore, cBefore]) {
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
  },
};
