/** `conv2d.ts` with TensorFlow.js. */
import * as tf from '@tensorflow/tfjs-core';
import type { ApplyLayer } from '../apply-layer.js';
import type { Conv2d } from './conv2d.js';

export const applyConv2d: ApplyLayer<Conv2d> = ({ kernel, pool, poolColumns }, x, [filter, bias], [tail]) => {
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
};

/** Max pooling of [batch, columns, bands, channels]. */
export function poolMax(x: tf.Tensor4D, columns: number, bands: number): tf.Tensor4D {
  return columns * bands > 1 ? tf.maxPool(x, [columns, bands], [columns, bands], 'valid') : x;
}
