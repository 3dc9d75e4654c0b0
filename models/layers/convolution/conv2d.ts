/**
 * Convolution over time and mel, causal in time (the state is the last columns of the input), "same"
 * padding in mel, then ReLU and max pooling over bands and columns. Batch norm is folded into kernel
 * and bias at export.
 */
import type { LayerKind } from '../layer.js';

export interface Conv2d {
  readonly type: 'conv2d';
  readonly filters: number;
  /** [columns, bands], both odd. */
  readonly kernel: readonly [time: number, mel: number];
  /** Size of max pooling over bands; 1 for none. */
  readonly pool: number;
  /** Size of max pooling over columns, counted from the start of the stream; 1 for none. */
  readonly poolColumns: number;
}

export const conv2d: LayerKind<Conv2d> = {
  output: ({ filters, pool }, { bands }) => ({ bands: Math.floor(bands / pool), channels: filters }),

  stride: ({ poolColumns }) => poolColumns,

  weights: ({ filters, kernel }, { channels }) => [
    { name: 'kernel', shape: [...kernel, channels, filters] },
    { name: 'bias', shape: [filters] },
  ],

  state: ({ kernel }, { bands, channels }) => [[kernel[0] - 1, bands, channels]],

  multiplyAdds: ({ filters, kernel }, { bands, channels }) => bands * kernel[0] * kernel[1] * channels * filters,
};
