/** Two experts and a gate in a network's outputs. */
import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startBackend } from '../../../../models/tensorflow/backend.js';
import { Probabilities } from '../../../../models/step/probabilities.js';
import { Random } from '../../../../models/random.js';
import { firstShare, mixedOutputs } from '../../../../models/training/head/experts.js';
import { difference, logitsOf } from '../../../../models/training/head/regression.js';

test.before(async () => {
  await startBackend('wasm');
});

test('training mixes the experts as serving does', () => {
  const random = new Random(4);
  const rows = Array.from({ length: 6 }, () => Array.from({ length: 8 }, () => 3 * random.normal())); // three labels, outside, the second expert, its share
  const mixed = tf.tidy(() => tf.softmax(mixedOutputs(tf.tensor3d([rows]), 3)).dataSync<'float32'>());
  const served = Float32Array.from(rows.flat());
  new Probabilities({ labels: ['a', 'b', 'c'], outside: true, mixture: true, calibration: { temperature: 1 } }).apply(served);
  rows.forEach((_, row) => [0, 1, 2].forEach((label) => assert.ok(Math.abs(served[row * 8 + label]! - mixed[row * 3 + label]!) < 1e-5)));
});

test('the first expert has the share that the second has not', () => {
  const shares = tf.tidy(() => firstShare(tf.tensor3d([[[5, 0], [5, Math.log(3)], [5, -50]]])).dataSync<'float32'>());
  [0.5, 0.25, 1].forEach((share, at) => assert.ok(Math.abs(shares[at]! - share) < 1e-6));
});

test('two logits as the logit of the second', () => {
  const two = { kernel: Float32Array.of(1, 4, -2, 0.5), bias: Float32Array.of(0.25, -1) };
  const row = Float32Array.of(3, 2);
  const [first, second] = logitsOf(two, row) as unknown as [number, number];
  assert.is(logitsOf(difference(two), row)[0], second - first);
});

test.run();
