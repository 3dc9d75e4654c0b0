/**
 * Convolution over time and mel, causal in time (the state is the last columns of the input), "same"
 * padding in mel, then ReLU and max pooling over bands and columns. Batch norm is folded into kernel
 * and bias at export.
 */
import * as tf from '@tensorflow/tfjs-core';
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

  apply({ kernel, pool, poolColumns }, x, [filter, bias], [tail]) {
    const input = tf.concat([tail as tf.Tensor4D, x as tf.Tensor4D], 1); // [batch, kernel - 1 + columns, bands, channels]
    const side = (kernel[1] - 1) / 2;
    const full = tf.fused.conv2d({
      x: input,
      filter: filter as tf.Tensor4D,
      strides: 1,
      pad: [[0, 0], [0, 0], [side, side], [0, 0]],
      dimRoundingMode: 'floor',
      bias: bias!,
      activation: 'relu',
    });
    return {
      y: poolMax(full, poolColumns, pool),
      state: [tf.slice(input, [0, input.shape[1] - (kernel[0] - 1), 0, 0], [-1, kernel[0] - 1, -1, -1])],
    };
  },
};

/** Max pooling of [batch, columns, bands, channels]. */
export function poolMax(x: tf.Tensor4D, columns: number, bands: number): tf.Tensor4D {
  return columns * bands > 1 ? tf.maxPool(x, [columns, bands], [columns, bands], 'valid') : x;
}
