/** The shipped model: within its budget, the same in blocks as in one pass, and as accurate as its card states. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from '../../models/tensorflow/backend.js';
import { loadBundle } from '../../models/model-folder.js';
import { describe } from '../../models/network.js';
import { forward, weightTensors } from '../../models/tf-network.js';
import { readPack } from '../../models/packs/pack.js';
import { Step } from '../../models/step/tf-step.js';
import { trackAccuracy } from '../../models/training/track-scores.js';
import { scoreTracks } from '../../models/training/validate.js';
import { seeded } from './fixtures.js';

const FOLDER = fileURLToPath(new URL('../../../models/genre-v1', import.meta.url));
const DATA = fileURLToPath(new URL('../../../../shared/data/gtzan', import.meta.url));

test.before(async () => {
  await startBackend('wasm');
});

test('it has the ten genres and is within its budget', async () => {
  const { manifest } = await loadBundle(FOLDER);
  assert.equal(manifest.labels, ['blues', 'classical', 'country', 'disco', 'hiphop', 'jazz', 'metal', 'pop', 'reggae', 'rock']);
  const { parameters, multiplyAdds } = describe(manifest.layers, manifest.frontEnd.bands);
  const perSecond = (multiplyAdds * manifest.frontEnd.sampleRate) / manifest.frontEnd.hop;
  assert.ok(parameters <= 1e6 && perSecond <= 8e6);
  const card = readFileSync(`${FOLDER}/card.md`, 'utf8');
  assert.match(card, `${parameters.toLocaleString('en')} parameters and ${(perSecond / 1e6).toFixed(2)} M multiply-adds`);
});

test('its blocks of four columns give the scores of one pass', async () => {
  const bundle = await loadBundle(FOLDER);
  const { frontEnd: { bands }, labels: { length: labels } } = bundle.manifest;
  const description = describe(bundle.manifest.layers, bands);
  const random = seeded(11);
  const x = Float32Array.from({ length: 120 * bands }, () => 3 * (random() - 0.5));
  const weights = weightTensors(description, bundle.weights);
  const whole = tf.tidy(() => {
    const logits = forward(description, weights, tf.tensor3d(x, [1, 120, bands])); // [1, 120 / stride, labels and kinds]
    return tf.softmax(tf.div(tf.slice(logits, [0, 0, 0], [-1, -1, labels]), bundle.manifest.calibration.temperature)).dataSync();
  });
  const step = new Step(bundle);
  const state = step.newState();
  for (let column = 0; column < 120; column += 4) {
    const scores = step.run([x.subarray(column * bands, (column + 4) * bands)], [state]);
    const end = (column + 4) / description.stride - 1;
    for (let label = 0; label < labels; label++) assert.ok(Math.abs(scores[label]! - whole[end * labels + label]!) < 1e-4);
  }
  step.dispose();
  tf.dispose(weights);
});

if (existsSync(DATA)) {
  test('at least 65 % of the valid tracks are right', async () => {
    const { manifest, weights } = await loadBundle(FOLDER);
    const description = describe(manifest.layers, manifest.frontEnd.bands);
    const tensors = weightTensors(description, weights);
    const scores = scoreTracks(await readPack(DATA, 'valid'), manifest, (x) => forward(description, tensors, x));
    const share = trackAccuracy(scores, manifest.labels.length);
    assert.ok(share >= 0.65, `${share}`);
    const card = readFileSync(`${FOLDER}/card.md`, 'utf8');
    assert.match(card, `| accuracy, whole tracks (95 %) | ${(100 * share).toFixed(1)} %`);
    tf.dispose(tensors);
  });
} else {
  console.log(`Skipped: accuracy on the valid tracks; no data in ${DATA}`);
}

test.run();
