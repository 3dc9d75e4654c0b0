/** A last layer of two experts and a gate. */
import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startBackend } from '../../../../models/tensorflow/backend.js';
import { argmax } from '../../../../models/metrics.js';
import { Random } from '../../../../models/random.js';
import { expertLogits, fitExperts, mixedOutputs } from '../../../../models/training/head/experts.js';
import { logitsOf, regress, standardise, type Regression } from '../../../../models/training/head/regression.js';
import { oneHot, type Rows } from '../../../../models/training/head/rows.js';

test.before(async () => {
  await startBackend('wasm');
  await import('../../../../models/training/network/tfjs-gradients.js');
});

/** Value 0 says the label in one collection and the contrary in the other; value 1 says which collection it is. */
function contrary(count: number, seed: number): Rows & { readonly collections: readonly number[] } {
  const random = new Random(seed);
  const items = Array.from({ length: count }, () => ({ label: random.below(2), collection: random.below(2) }));
  return {
    width: 2,
    values: Float32Array.from(items.flatMap(({ label, collection }) => [(label === collection ? 3 : -3) + random.normal(), 40 + (collection ? 4 : -4) + random.normal()])),
    softLabels: items.map(({ label }) => oneHot(label, 2)),
    collections: items.map(({ collection }) => collection),
  };
}

const rightShare = ({ values, softLabels }: Rows, logits: (row: Float32Array) => Float64Array): number => softLabels.filter((own, row) => own[argmax(logits(values.subarray(2 * row, 2 * row + 2)))] === 1).length / softLabels.length;

test('two experts learn what no linear layer can: collections that name things the other way round', () => {
  const rows = contrary(2000, 1);
  const all = standardise(rows);
  const penalties = Float32Array.of(1e-4, 1e-4);
  const of = (collection: number): Regression => regress({ ...all, softLabels: rows.softLabels.map((own, row) => (rows.collections[row] === collection ? own : [0, 0])) }, 2, penalties, [], new Random(2));
  const nothing: Regression = { kernel: new Float32Array(2), bias: new Float32Array(1) };
  const unseen = contrary(500, 3);
  const linear = regress(all, 2, penalties, [], new Random(2));
  assert.ok(rightShare(unseen, (row) => logitsOf(linear, row)) < 0.7);
  const fitted = fitExperts(all, { first: of(0), second: of(1), gate: nothing }, penalties, [], new Random(2));
  assert.ok(rightShare(unseen, (row) => expertLogits(fitted, row)) > 0.95);
});

test('the experts of a network give the same logits', () => {
  const random = new Random(4);
  const some = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal());
  const [first, second, gate] = [{ kernel: some(6), bias: some(2) }, { kernel: some(6), bias: some(2) }, { kernel: some(3), bias: some(1) }] as const;
  const row = some(3);
  // As the last layer has them: the labels, something else, the second expert, its share.
  const outputs = [...logitsOf(first, row), 7, ...logitsOf(second, row), ...logitsOf(gate, row)];
  const mixed = tf.tidy(() => mixedOutputs(tf.tensor3d([[outputs]]), 2).dataSync<'float32'>());
  expertLogits({ first, second, gate }, row).forEach((logit, label) => assert.ok(Math.abs(logit - mixed[label]!) < 1e-5, `${logit}, ${mixed[label]}`));
});

test.run();
