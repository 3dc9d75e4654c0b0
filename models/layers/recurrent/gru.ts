/**
 * Gated recurrent unit (Cho et al. 2014, arXiv:1406.1078) with the reset gate applied after the
 * matrix product, as in cuDNN:
 *   z = σ(x Wz + h Uz + b), r = σ(x Wr + h Ur + b), n = tanh(x Wn + b + r (h Un + c)), h ← n + z (h - n)
 */
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
};
