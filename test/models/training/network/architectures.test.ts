/** Every architecture is within the budget, gives the same scores in blocks as in one pass, and can be trained. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as tf from '@tensorflow/tfjs-core';
import { FRONT_END_V1 } from '../../../../dsp/mel/mel-columns.js';
import { startBackend } from '../../../../models/tensorflow/backend.js';
import { describe } from '../../../../models/network.js';
import { forward, weightTensors } from '../../../../models/tf-network.js';
import { Step } from '../../../../models/step/tf-step.js';
import { Adam } from '../../../../models/training/network/adam.js';
import { architecture, ARCHITECTURES } from '../../../../models/training/network/architectures.js';
import { Random } from '../../../../models/random.js';
import '../../../../models/training/network/tfjs-gradients.js';
import { TrainableNetwork } from '../../../../models/training/network/trainable.js';
import { randomBundle, seeded } from '../../fixtures.js';

const { bands, sampleRate, hop } = FRONT_END_V1;
const BLOCK_COLUMNS = 4;

test.before(async () => {
  await startBackend('wasm');
});

for (const name of ARCHITECTURES) {
  test(`${name}: at most 1 M parameters and 8 M multiply-adds per second of audio`, () => {
    const { parameters, multiplyAdds, stride } = describe(architecture(name, 10, bands), bands);
    assert.ok(parameters <= 1e6, `${parameters}`);
    assert.ok((multiplyAdds * sampleRate) / hop <= 8e6, `${(multiplyAdds * sampleRate) / hop}`);
    assert.is(BLOCK_COLUMNS % stride, 0);
  });

  test(`${name}: blocks give the scores of one pass`, () => {
    const layers = architecture(name, 3, bands);
    const small = randomBundle(layers, bands);
    const bundle = { ...small, weights: small.weights.map((weight) => 0.2 * weight) };
    const description = describe(layers, bands);
    const random = seeded(5);
    const x = Float32Array.from({ length: 24 * bands }, () => 2 * random() - 1);
    const whole = tf.tidy(() => tf.softmax(forward(description, weightTensors(description, bundle.weights), tf.tensor3d(x, [1, 24, bands]))).dataSync());
    const step = new Step(bundle);
    const state = step.newState();
    for (let column = 0; column < 24; column += BLOCK_COLUMNS) {
      const scores = step.run([x.subarray(column * bands, (column + BLOCK_COLUMNS) * bands)], [state]);
      const output = (column + BLOCK_COLUMNS) / description.stride - 1;
      scores.forEach((score, label) => assert.ok(Math.abs(score - whole[output * 3 + label]!) < 1e-4));
    }
    step.dispose();
  });

  test(`${name}: training steps reduce its loss`, () => {
    const network = new TrainableNetwork(describe(architecture(name, 3, bands), bands), new Random(1));
    const random = seeded(6);
    const x = tf.tensor3d(Float32Array.from({ length: 6 * 12 * bands }, () => 2 * random() - 1), [6, 12, bands]);
    const target = tf.tidy(() => tf.expandDims(tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32'), 3), 1));
    const adam = new Adam(network.variables());
    const losses = Array.from({ length: 8 }, () => adam.step(() => tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(network.apply(x, { training: true }), 2), target), 2))), 0.003));
    assert.ok(losses.at(-1)! < 0.8 * losses[0]!, losses.join(', '));
    adam.dispose();
    network.dispose();
    tf.dispose([x, target]);
  });
}

test('inputs with few bands don’t break pooling', () => {
  for (const name of ARCHITECTURES) {
    assert.not.throws(() => describe(architecture(name, 10, 7), 7));
    assert.not.throws(() => describe(architecture(name, 10, 1), 1));
  }
});

test.run();
