/** A fully connected layer, applied to each column; bands and channels are flattened first. */
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
};
