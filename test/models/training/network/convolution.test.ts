/** Gradients of the trainable convolution compared with those of the CPU backend. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { startBackend } from '../../../../models/tensorflow/backend.js';
import { trainableConv2d } from '../../../../models/training/network/convolution.js';
import '../../../../models/training/network/tfjs-gradients.js';

test('output and both gradients equal the reference backend’s to 1e-4', async () => {
  await startBackend('wasm');
  const [x, filter, weight] = tf.tidy(() => [[2, 9, 12, 3], [3, 5, 3, 4], [2, 7, 8, 4]].map((shape, seed) => [...tf.randomNormal(shape, 0, 1, 'float32', seed + 1).dataSync()]));
  const gradients = (convolve: (a: tf.Tensor4D, w: tf.Tensor4D) => tf.Tensor4D): number[][] => tf.tidy(() => {
    const loss = (a: tf.Tensor, w: tf.Tensor): tf.Scalar => tf.sum(tf.mul(tf.square(convolve(a as tf.Tensor4D, w as tf.Tensor4D)), tf.tensor4d(weight!, [2, 7, 8, 4])));
    return tf.grads(loss as (...args: tf.Tensor[]) => tf.Scalar)([tf.tensor4d(x!, [2, 9, 12, 3]), tf.tensor4d(filter!, [3, 5, 3, 4])]).map((gradient) => [...gradient.dataSync()]);
  });
  const ours = gradients(trainableConv2d);
  await tf.setBackend('cpu');
  const reference = gradients((a, w) => tf.conv2d(a, w, 1, 'valid'));
  await tf.setBackend('wasm');
  ours.forEach((values, which) => {
    const largest = Math.max(...reference[which]!.map(Math.abs));
    values.forEach((value, index) => assert.ok(Math.abs(value - reference[which]![index]!) < 1e-4 * largest));
  });
});

test.run();
