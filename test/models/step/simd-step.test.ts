/** The network on our SIMD kernels against the same network on TensorFlow.js. */
import * as fc from 'fast-check';
import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { concatenate } from '../../../dsp/concatenate.js';
import { startBackend } from '../../../models/tensorflow/backend.js';
import { loadBundle, type Bundle } from '../../../models/model-folder.js';
import type { Layer } from '../../../models/layer-schema.js';
import { describe } from '../../../models/network.js';
import { canStepSimd, SimdStep } from '../../../models/step/simd-step.js';
import { applyLayers, weightTensors, zeroState } from '../../../models/tf-network.js';
import { Step } from '../../../models/step/tf-step.js';
import { ARCHITECTURES, architecture } from '../../../models/training/network/architectures.js';
import { randomBundle, seeded } from '../fixtures.js';
import { BANDS, NETWORKS, ODD } from './networks.js';

test.before(async () => {
  await startBackend('wasm');
});

function columns(count: number, seed: number, bands = BANDS): Float32Array {
  const random = seeded(seed);
  return Float32Array.from({ length: count * bands }, () => 3 * random() - 1.5);
}

/** Runs both on blocks of `sizes` columns; the largest difference of scores, and of states relative to 1 + the state's largest value. */
function differences(bundle: Bundle, streams: number, sizes: readonly number[], use16 = false): { scores: number; states: number } {
  const { bands } = bundle.manifest.frontEnd;
  const [step, simd] = [new Step(bundle), new SimdStep(bundle, use16)];
  const [states, simdStates] = [step, simd].map((each) => Array.from({ length: streams }, () => each.newState()));
  const found = { scores: 0, states: 0 };
  for (const [index, size] of sizes.entries()) {
    const blocks = Array.from({ length: streams }, (_, stream) => columns(size, 100 * index + stream + 1, bands));
    const wanted = step.run(blocks, states!);
    simd.run(blocks, simdStates!).forEach((score, at) => found.scores = Math.max(found.scores, Math.abs(score - wanted[at]!)));
  }
  for (const [stream, state] of states!.entries()) {
    const largest = 1 + state.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    state.forEach((value, at) => found.states = Math.max(found.states, Math.abs(value - simdStates![stream]![at]!) / largest));
  }
  step.dispose();
  return found;
}

for (const [name, layers] of Object.entries(NETWORKS)) {
  test(`gives the scores and states of Step: ${name}`, () => {
    const bundle = randomBundle(layers, BANDS);
    assert.ok(canStepSimd(bundle));
    // One stream; a full group; more than a group; blocks longer than the model's, and not a multiple of the stride.
    for (const streams of [1, 2, 8, 11]) {
      const { scores, states } = differences(bundle, streams, [6, 6, 12, 30, 6, 5]);
      assert.ok(scores < 1e-5 && states < 1e-5, `${streams} streams: scores differ by ${scores}, states by ${states}`);
    }
  });
}

/** Random networks of all layers in any valid order. */
const units = fc.integer({ min: 1, max: 13 });
const memoryColumns = fc.integer({ min: 2, max: 20 });
const convolution = fc.record({
  type: fc.constant('conv2d' as const),
  filters: units,
  kernel: fc.constant<[number, number]>([3, 3]),
  pool: fc.constantFrom(1, 2, 3, 4),
  poolColumns: fc.constantFrom(1, 1, 2, 3),
});
const dense = fc.record({ type: fc.constant('dense' as const), units, activation: fc.constantFrom('relu' as const, 'linear' as const) });
const flat: fc.Arbitrary<Layer> = fc.oneof(
  dense,
  fc.record({ type: fc.constantFrom('gru' as const, 'lstm' as const), units, keepInput: fc.boolean() }),
  fc.record({ type: fc.constantFrom('statistics' as const, 'inputStatistics' as const), memoryColumns }),
  fc.record({ type: fc.constant('cepstralCorrelations' as const), of: fc.constantFrom('levels' as const, 'steps' as const), coefficients: fc.integer({ min: 2, max: 6 }), lowest: fc.constantFrom(7, 8, 64), memoryColumns }),
  fc.record({ type: fc.constant('onsetAutocorrelation' as const), regions: fc.integer({ min: 1, max: 6 }), lags: fc.integer({ min: 1, max: 9 }), memoryColumns }),
);

test('gives the scores and states of Step for any network', () => {
  const networks = fc.tuple(fc.constantFrom(8, 12, 13, 16, 32), fc.array(convolution, { maxLength: 3 }), dense, fc.array(flat, { maxLength: 4 }));
  fc.assert(fc.property(networks, fc.integer({ min: 1, max: 12 }), ([bands, convolutions, first, rest], streams) => {
    const layers = [...convolutions, first, ...rest];
    const merged = convolutions.reduce<number>((columns, { poolColumns }) => columns * poolColumns, 1);
    fc.pre(convolutions.reduce<number>((left, { pool }) => Math.floor(left / pool), bands) > 0);
    const bundle = randomBundle(layers, bands);
    fc.pre(canStepSimd(bundle));
    const { scores, states } = differences(bundle, streams, [merged, 3 * merged, merged + 1]);
    assert.ok(scores < 1e-3 && states < 1e-4, `scores differ by ${scores}, states by ${states}`);
  }), { numRuns: 200 });
});

for (const name of ARCHITECTURES) {
  test(`supports the architecture of train --arch ${name}`, () => {
    const bundle = randomBundle(architecture(name, 10, 64), 64);
    const { scores, states } = differences(bundle, 3, [4, 4, 8]);
    assert.ok(scores < 2e-4 && states < 1e-5, `scores differ by ${scores}, states by ${states}`);
  });
}

test('gives the scores of Step with the shipped weights', async () => {
  const { scores } = differences(await loadBundle('models/genre-v1'), 9, Array<number>(12).fill(4));
  assert.ok(scores < 1e-5, `differ by ${scores}`);
});

/** The bundle with its ranges over the columns of `differences`, as training measures them. */
function withRanges(bundle: Bundle, streams: number, sizes: readonly number[]): Bundle {
  const { layers, frontEnd: { bands } } = bundle.manifest;
  const description = describe(layers, bands);
  const ranges = new Array<number>(layers.length).fill(1e-3);
  tf.tidy(() => {
    const weights = weightTensors(description, bundle.weights);
    let state: tf.Tensor[][] = zeroState(description, streams);
    for (const [index, size] of sizes.entries()) {
      const x = tf.tensor3d(concatenate(Array.from({ length: streams }, (_, stream) => columns(size, 100 * index + stream + 1, bands))), [streams, size, bands]);
      state = applyLayers(description.layers, weights, x, state, (layer, y) => ranges[layer] = Math.max(ranges[layer]!, tf.max(tf.abs(y)).dataSync()[0]!)).states;
    }
  });
  return { ...bundle, manifest: { ...bundle.manifest, ranges: ranges.slice(0, -1) } };
}

for (const [name, layers] of Object.entries(NETWORKS)) {
  test(`gives nearly the same with products in 16 bits: ${name}`, () => {
    const sizes = [6, 6, 12, 30, 6];
    for (const streams of [1, 2, 5, 8, 11]) {
      const bundle = withRanges(randomBundle(layers, BANDS), streams, sizes);
      const { scores, states } = differences(bundle, streams, sizes, true);
      assert.ok(scores < 0.01 && states < 0.01, `${streams} streams: scores differ by ${scores}, states by ${states}`);
    }
  });
}

test('products are in 16 bits only where the model has ranges', () => {
  const sizes = [6, 6];
  const plain = randomBundle(ODD, BANDS);
  const [float, integer] = [plain, withRanges(plain, 2, sizes)].map((bundle) => differences(bundle, 2, sizes, true).scores);
  assert.ok(float! < 1e-5 && integer! > 1e-5, `${float}, ${integer}`);
  assert.ok(differences(withRanges(plain, 2, sizes), 2, sizes, false).scores < 1e-5);
});

test('gives nearly the scores of Step with the shipped weights in 16 bits', async () => {
  const bundle = await loadBundle('models/genre-v1');
  assert.ok(bundle.manifest.ranges);
  const { scores } = differences(bundle, 9, Array<number>(12).fill(4), true);
  assert.ok(scores < 0.02, `differ by ${scores}`);
});

test('a stream may switch between the two', () => {
  const bundle = randomBundle(ODD, BANDS);
  const [step, simd] = [new Step(bundle), new SimdStep(bundle)];
  const [state, other] = [step.newState(), simd.newState()];
  for (let index = 0; index < 6; index++) {
    const block = columns(6, index);
    const wanted = step.run([block], [state]);
    const scores = (index % 2 === 0 ? simd : step).run([block], [other]);
    scores.forEach((score, label) => assert.ok(Math.abs(score - wanted[label]!) < 1e-5));
  }
  step.dispose();
});

test('scores of a stream are bit-identical in a batch and alone', () => {
  for (const use16 of [false, true]) bitIdentical(new SimdStep(withRanges(randomBundle(ODD, BANDS), 13, [6, 6, 6, 6]), use16));
});

function bitIdentical(simd: SimdStep): void {
  const streams = Array.from({ length: 13 }, (_, stream) => columns(24, stream + 1));
  const [together, alone] = [0, 1].map(() => streams.map(() => simd.newState()));
  for (let at = 0; at < 24; at += 6) {
    const blocks = streams.map((stream) => stream.subarray(at * BANDS, (at + 6) * BANDS));
    const batched = simd.run(blocks, together!).slice();
    blocks.forEach((block, stream) => assert.equal(simd.run([block], [alone![stream]!]), batched.subarray(3 * stream, 3 * stream + 3)));
  }
}

test('blocks of any size give the same scores', () => {
  const simd = new SimdStep(randomBundle(NETWORKS['LSTMs without convolutions'], BANDS));
  const x = columns(40, 2);
  const wholeState = simd.newState();
  const whole = Array.from({ length: 40 }, (_, at) => simd.run([x.subarray(at * BANDS, (at + 1) * BANDS)], [wholeState]).slice());
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 11 }), { minLength: 1, maxLength: 12 }), (sizes) => {
    const state = simd.newState();
    let at = 0;
    for (const size of sizes) {
      if (at + size > 40) break;
      const scores = simd.run([x.subarray(at * BANDS, (at + size) * BANDS)], [state]);
      at += size;
      scores.forEach((score, label) => assert.ok(Math.abs(score - whole[at - 1]![label]!) < 1e-5));
    }
  }), { numRuns: 30 });
});

test('canStepSimd detects unsupported layers, which the constructor rejects', () => {
  for (const layer of [
    { type: 'conv2d', filters: 4, kernel: [3, 5], pool: 2, poolColumns: 1 },
    { type: 'conv2d', filters: 4, kernel: [3, 3], pool: 3, poolColumns: 1 },
  ] as Layer[]) {
    const bundle = randomBundle([ODD[0]!, layer, ODD.at(-1)!], BANDS);
    assert.not(canStepSimd(bundle));
    assert.throws(() => new SimdStep(bundle), /use Step/);
  }
  assert.not(canStepSimd(randomBundle([ODD[0]!, ODD[1]!, ODD.at(-1)!], 20)), 'ten bands are not a multiple of a tile');
});

test.run();
