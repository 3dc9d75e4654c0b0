/**
 * 2-D convolution with fast gradients on the WebAssembly backend. That backend has no kernel for the
 * filter gradient and a slow one for the input gradient, but a fast forward convolution (XNNPACK), so
 * both gradients are computed as convolutions:
 * - dL/dx = padded dL/dy convolved with the filter, rotated by 180° and with its channels swapped
 * - dL/dw = x convolved with dL/dy, with batch and channels swapped
 * (Goodfellow, Bengio and Courville 2016, section 9.5.) Stride 1.
 */
import * as tf from '@tensorflow/tfjs-core';

/**
 * @param x [batch, height, width, channels], already padded
 * @param filter [filterHeight, filterWidth, channels, filters]
 * @returns [batch, height - filterHeight + 1, width - filterWidth + 1, filters]
 */
export function trainableConv2d(x: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
  const operation = tf.customGrad((input, kernel, save) => {
    const [a, w] = [input as tf.Tensor4D, kernel as tf.Tensor4D];
    (save as tf.GradSaveFunc)([a, w]);
    return {
      value: tf.conv2d(a, w, 1, 'valid'),
      gradFunc: (dy, saved) => {
        const [savedInput, savedFilter] = saved as tf.Tensor4D[];
        return [inputGradient(dy as tf.Tensor4D, savedFilter!), filterGradient(savedInput!, dy as tf.Tensor4D)];
      },
    };
  });
  return operation(x, filter) as tf.Tensor4D;
}

function inputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
  const [height, width] = filter.shape;
  const padded = tf.pad4d(dy, [[0, 0], [height - 1, height - 1], [width - 1, width - 1], [0, 0]]);
  const rotated = tf.transpose(tf.reverse4d(filter, [0, 1]), [0, 1, 3, 2]);
  return tf.conv2d(padded, rotated as tf.Tensor4D, 1, 'valid');
}

function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D): tf.Tensor4D {
  const byChannel = tf.transpose(x, [3, 1, 2, 0]); // [channels, height, width, batch]
  const asFilter = tf.transpose(dy, [1, 2, 0, 3]); // [height', width', batch, filters]
  const gradient = tf.conv2d(byChannel as tf.Tensor4D, asFilter as tf.Tensor4D, 1, 'valid'); // [channels, fh, fw, filters]
  return tf.transpose(gradient, [1, 2, 0, 3]) as tf.Tensor4D;
}
