/** Which implementation of the step a shard uses. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Layer } from '../../../models/layer-schema.js';
import { SimdStep } from '../../../models/step/simd-step.js';
import { Step } from '../../../models/step/tf-step.js';
import { startClassifier } from '../../../server/shards/classifier.js';
import { randomBundle, SMALL_LAYERS } from '../../models/fixtures.js';

test('the wasm backend uses this project\'s own kernels', async () => {
  const { classifier, backend } = await startClassifier(randomBundle(), 'wasm');
  assert.is(backend, 'wasm');
  assert.instance(classifier, SimdStep);
});

test('a network that they don\'t support runs on TensorFlow.js', async () => {
  const layers = SMALL_LAYERS.map((layer): Layer => (layer.type === 'conv2d' ? { ...layer, kernel: [3, 5] } : layer));
  const { classifier, backend } = await startClassifier(randomBundle(layers), 'wasm');
  assert.is(backend, 'wasm');
  assert.instance(classifier, Step);
  const scores = classifier.run([new Float32Array(256)], [classifier.newState()]);
  assert.ok(Math.abs(scores.reduce((sum, score) => sum + score, 0) - 1) < 1e-5);
});

test.run();
