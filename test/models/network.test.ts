/** The network against a plain-loop reference implementation, and against itself in blocks. */
import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from '../../models/tensorflow/backend.js';
import type { Layer } from '../../models/layer-schema.js';
import { describe } from '../../models/network.js';
import { forward, weightTensors } from '../../models/tf-network.js';
import { SimdStep } from '../../models/step/simd-step.js';
import { Step } from '../../models/step/tf-step.js';
import { randomBundle, seeded } from './fixtures.js';
import { referenceForward } from './reference.js';

const LAYERS: Layer[] = [
  { type: 'conv2d', filters: 5, kernel: [3, 3], pool: 2, poolColumns: 1 },
  { type: 'conv2d', filters: 4, kernel: [3, 5], pool: 4, poolColumns: 1 },
  { type: 'dense', units: 6, activation: 'relu' },
  { type: 'gru', units: 7, keepInput: true },
  { type: 'statistics', memoryColumns: 9 },
  { type: 'dense', units: 3, activation: 'linear' },
];
/** With pooling over three columns. */
const POOLED: Layer[] = [
  { type: 'conv2d', filters: 5, kernel: [3, 3], pool: 2, poolColumns: 3 },
  { type: 'conv2d', filters: 4, kernel: [3, 3], pool: 2, poolColumns: 1 },
  ...LAYERS.slice(2, 5),
  { type: 'inputStatistics', memoryColumns: 7 },
  { type: 'cepstralCorrelations', of: 'levels', coefficients: 5, memoryColumns: 9 },
  { type: 'cepstralCorrelations', of: 'steps', coefficients: 4, lowest: 7, memoryColumns: 6 },
  { type: 'onsetAutocorrelation', regions: 3, lags: 6, memoryColumns: 11 },
  { type: 'dense', units: 3, activation: 'linear' },
];
/** With an LSTM instead of the GRU. */
const LSTM: Layer[] = LAYERS.map((layer) => (layer.type === 'gru' ? { ...layer, type: 'lstm' } : layer));
const BANDS = 16;

test.before(async () => {
  await startBackend('wasm');
});

function columns(count: number, seed: number): Float32Array {
  const random = seeded(seed);
  return Float32Array.from({ length: count * BANDS }, () => 2 * random() - 1);
}

for (const [name, layers] of Object.entries({ plain: LAYERS, pooled: POOLED, lstm: LSTM })) test(`one pass agrees with the reference implementation: ${name}`, () => {
  const { weights } = randomBundle(layers, BANDS);
  const description = describe(layers, BANDS);
  const x = columns(23, 1);
  tf.tidy(() => {
    const y = forward(description, weightTensors(description, weights), tf.tensor3d(x, [1, 23, BANDS])).dataSync();
    const expected = referenceForward(layers, weights, x, BANDS);
    assert.is(y.length, expected.length);
    y.forEach((value, index) => assert.ok(Math.abs(value - expected[index]!) < 1e-4, `value ${index}: ${value} and ${expected[index]}`));
  });
});

for (const [name, layers] of Object.entries({ gru: LAYERS, lstm: LSTM })) test(`blocks of any size give the scores of one pass: ${name}`, () => {
  const bundle = randomBundle(layers, BANDS);
  const description = describe(layers, BANDS);
  const x = columns(40, 2);
  const whole = tf.tidy(() => tf.softmax(forward(description, weightTensors(description, bundle.weights), tf.tensor3d(x, [1, 40, BANDS]))).dataSync());
  const step = new Step(bundle);
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 11 }), { minLength: 1, maxLength: 12 }), (sizes) => {
    const state = step.newState();
    let at = 0;
    for (const size of sizes) {
      if (at + size > 40) break;
      const scores = step.run([x.subarray(at * BANDS, (at + size) * BANDS)], [state]);
      at += size;
      scores.forEach((score, label) => assert.ok(Math.abs(score - whole[(at - 1) * 3 + label]!) < 1e-4));
    }
  }), { numRuns: 30 });
  step.dispose();
});

test('blocks of whole strides give the scores of one pass, and an incomplete last one is padded', () => {
  const bundle = randomBundle(POOLED, BANDS);
  const description = describe(POOLED, BANDS);
  assert.is(description.stride, 3);
  const x = columns(26, 2);
  const padded = Float32Array.of(...x, ...x.subarray(-BANDS)); // 27 columns
  const whole = tf.tidy(() => tf.softmax(forward(description, weightTensors(description, bundle.weights), tf.tensor3d(padded, [1, 27, BANDS]))).dataSync());
  assert.is(whole.length, 9 * 3);
  const step = new Step(bundle);
  const state = step.newState();
  for (const [from, to] of [[0, 3], [3, 12], [12, 18], [18, 26]] as const) {
    const scores = step.run([x.subarray(from * BANDS, to * BANDS)], [state]);
    const last = Math.ceil(to / 3) - 1;
    scores.forEach((score, label) => assert.ok(Math.abs(score - whole[last * 3 + label]!) < 1e-4, `after column ${to}`));
  }
  step.dispose();
});

test('a stream gets the same scores in a batch as alone', () => {
  const step = new Step(randomBundle(LAYERS, BANDS));
  const blocks = [3, 4, 5].map((seed) => columns(4, seed));
  const together = blocks.map(() => step.newState());
  const batched = [0, 1].map(() => step.run(blocks, together).slice());
  blocks.forEach((block, stream) => {
    const state = step.newState();
    batched.forEach((scores) => {
      const alone = step.run([block], [state]);
      alone.forEach((score, label) => assert.ok(Math.abs(score - scores[stream * 3 + label]!) < 1e-5));
    });
  });
  step.dispose();
});

test('stepping leaks no tensors', () => {
  const step = new Step(randomBundle(LAYERS, BANDS));
  const before = tf.memory().numTensors;
  const state = step.newState();
  for (let block = 0; block < 10; block++) step.run([columns(4, block)], [state]);
  assert.is(tf.memory().numTensors, before);
  step.dispose();
  assert.ok(tf.memory().numTensors < before);
});

test('a higher temperature flattens the probabilities without changing the best label', () => {
  const bundle = randomBundle(LAYERS, BANDS);
  const [sharp, flat] = [0.5, 4].map((temperature) => {
    const step = new Step({ ...bundle, manifest: { ...bundle.manifest, calibration: { temperature } } });
    const scores = [...step.run([columns(8, 6)], [step.newState()])];
    step.dispose();
    return scores;
  });
  assert.ok(Math.max(...sharp!) > Math.max(...flat!));
  assert.is(sharp!.indexOf(Math.max(...sharp!)), flat!.indexOf(Math.max(...flat!)));
});

test('the kinds of sound have a separate softmax with its own temperature', () => {
  const layers: Layer[] = [...LAYERS.slice(0, -1), { type: 'dense', units: 5, activation: 'linear' }];
  const bundle = randomBundle(layers, BANDS, 7, true);
  const { manifest, weights } = { ...bundle, manifest: { ...bundle.manifest, calibration: { temperature: 0.5, kindsTemperature: 2 } } };
  const description = describe(layers, BANDS);
  const blocks = [columns(4, 8), columns(4, 9)];
  const step = new Step({ manifest, weights });
  const scores = step.run(blocks, blocks.map(() => step.newState()));
  step.dispose();
  assert.is(scores.length, 2 * (2 + 3));
  blocks.forEach((block, stream) => tf.tidy(() => {
    const logits = tf.slice(tf.reshape(forward(description, weightTensors(description, weights), tf.tensor3d(block, [1, 4, BANDS])), [4, 5]), [3, 0], [1, 5]);
    const labels = tf.softmax(tf.div(tf.slice(logits, [0, 0], [1, 2]), 0.5)).dataSync();
    const kinds = tf.softmax(tf.div(tf.slice(logits, [0, 2], [1, 3]), 2)).dataSync();
    [...labels, ...kinds].forEach((p, index) => assert.ok(Math.abs(p - scores[stream * 5 + index]!) < 1e-5, `stream ${stream}, output ${index}`));
  }));
});

test('the probability of music of none of the labels is the logistic function of the last output', () => {
  const layers: Layer[] = [{ type: 'dense', units: 8, activation: 'relu' }, { type: 'gru', units: 5, keepInput: true }, { type: 'dense', units: 6, activation: 'linear' }];
  const plain = randomBundle(layers, BANDS, 7, true);
  const bundle = { ...plain, manifest: { ...plain.manifest, labels: ['a', 'b'], outside: true as const, calibration: { temperature: 0.5 } } };
  const description = describe(layers, BANDS);
  const blocks = [columns(4, 8), columns(4, 9), columns(4, 10)];
  for (const step of [new Step(bundle), new SimdStep(bundle)]) {
    const scores = step.run(blocks, blocks.map(() => step.newState()));
    assert.is(scores.length, 3 * 6);
    blocks.forEach((block, stream) => tf.tidy(() => {
      const logits = tf.slice(tf.reshape(forward(description, weightTensors(description, bundle.weights), tf.tensor3d(block, [1, 4, BANDS])), [4, 6]), [3, 0], [1, 6]).dataSync();
      const sum = (from: number, to: number): number => scores.subarray(6 * stream + from, 6 * stream + to).reduce((total, p) => total + p, 0);
      assert.ok(Math.abs(sum(0, 2) - 1) < 1e-5 && Math.abs(sum(2, 5) - 1) < 1e-5);
      assert.ok(Math.abs(scores[6 * stream + 5]! - 1 / (1 + Math.exp(-logits[5]!))) < 1e-5, `stream ${stream}`);
    }));
    if (step instanceof Step) step.dispose();
  }
});

test('the description counts weights, state and cost', () => {
  const { parameters, stateLength, multiplyAdds, outputs } = describe([
    { type: 'conv2d', filters: 2, kernel: [3, 3], pool: 2, poolColumns: 1 },
    { type: 'dense', units: 4, activation: 'relu' },
    { type: 'gru', units: 3, keepInput: false },
    { type: 'dense', units: 5, activation: 'linear' },
  ], 8);
  assert.is(outputs, 5);
  assert.is(parameters, (9 * 2 + 2) + (4 * 2 * 4 + 4) + (4 * 9 + 3 * 9 + 9 + 9) + (3 * 5 + 5));
  assert.is(stateLength, 2 * 8 + 3);
  assert.is(multiplyAdds, 8 * 9 * 2 + 8 * 4 + 9 * 7 + 15);
});

test('layers that cannot follow each other are rejected by name', () => {
  assert.throws(() => describe([{ type: 'gru', units: 3, keepInput: false }], 8), /gru.*dense layer before/);
  assert.throws(() => describe([{ type: 'dense', units: 3, activation: 'relu' }, { type: 'conv2d', filters: 1, kernel: [3, 3], pool: 1, poolColumns: 1 }], 8), /convolutions must come first/);
  assert.throws(() => describe([{ type: 'conv2d', filters: 1, kernel: [3, 3], pool: 16, poolColumns: 1 }], 8), /larger pool than its input of 8 bands/);
});

test.run();
