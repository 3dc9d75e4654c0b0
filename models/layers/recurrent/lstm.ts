/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997) with a forget gate (Gers, Schmidhuber
 * and Cummins 2000):
 *   i = σ(x Wi + h Ui + b), f = σ(x Wf + h Uf + b + 1), g = tanh(x Wg + h Ug + b), o = σ(x Wo + h Uo + b)
 *   c ← f c + i g,  h ← o tanh(c)
 * The 1 is the initial forget bias, which lets an untrained network remember (Jozefowicz, Zaremba and
 * Sutskever 2015); as it is part of the formula, all biases start at zero.
 */
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
};
