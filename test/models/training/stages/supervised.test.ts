/** Supervised training: class balancing, label smoothing, scoring per block. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as tf from '@tensorflow/tfjs-core';
import { NORMALISATION_V1 } from '../../../../dsp/mel/normalise.js';
import { startBackend } from '../../../../models/tensorflow/backend.js';
import { describe } from '../../../../models/network.js';
import { Step } from '../../../../models/step/tf-step.js';
import { architecture } from '../../../../models/training/network/architectures.js';
import { wholeTrack } from '../../../../models/training/data/crops.js';
import { Random } from '../../../../models/random.js';
import { epochOrder, supervisedStage } from '../../../../models/training/stages/supervised.js';
import '../../../../models/training/network/tfjs-gradients.js';
import { TrainableNetwork } from '../../../../models/training/network/trainable.js';
import { labelled, scoreTracks, type LabelledTrack } from '../../../../models/training/validate.js';
import { forward, weightTensors } from '../../../../models/tf-network.js';
import { randomBundle, SMALL_LAYERS } from '../../fixtures.js';
import { toyPack } from '../../packs.js';

const LABELS = ['low', 'middle', 'high'];
const INFERENCE = { labels: LABELS, blockColumns: 4, normalisation: NORMALISATION_V1 };

test.before(async () => {
  await startBackend('wasm');
});

/** 8 tracks of low, 2 of middle, 2 of high. */
const TRACKS: LabelledTrack[] = Array.from({ length: 12 }, (_, index) => ({ id: `${index}`, genre: LABELS[index < 8 ? 0 : 1 + (index % 2)]!, start: 0, columns: 10 }));

const countsOf = (drawn: readonly LabelledTrack[]): number[] => LABELS.map((label) => drawn.filter(({ genre }) => genre === label).length);

test('balanced: every genre is sampled equally often', () => {
  const drawn = epochOrder(TRACKS, LABELS, 'balanced', 24, new Random(1));
  assert.equal(countsOf(drawn), [8, 8, 8]);
  assert.is(new Set(drawn.filter(({ genre }) => genre === 'low').map(({ id }) => id)).size, 8, 'each low track once');
});

test('without class weights, every track is sampled equally often', () => {
  const drawn = epochOrder(TRACKS, LABELS, 'none', 24, new Random(1));
  assert.equal(countsOf(drawn), [16, 4, 4]);
  TRACKS.forEach(({ id }) => assert.is(drawn.filter((track) => track.id === id).length, 2));
});

test('a stage learns synthetic genres with the given batch size, dropout and smoothing', async () => {
  const layers = architecture('cnn', 3, 64);
  const network = new TrainableNetwork(describe(layers, 64), new Random(1));
  const stage = supervisedStage(network, toyPack('train', { tracks: 6, columns: 50 }), toyPack('valid', { tracks: 3, columns: 50, seed: 9 }), {
    ...INFERENCE, name: 'toy', epochs: 1, learningRate: 0.01, batch: 4, dropout: 0, labelSmoothing: 0, augmentation: 0, classWeights: 'none',
  });
  assert.is(stage.stepsPerEpoch, 2);
  const random = new Random(2);
  const losses: number[] = [];
  const optimizer = new (await import('../../../../models/training/network/adam.js')).Adam(stage.variables);
  for (let step = 0; step < 12; step++) {
    const batch = stage.batch(random, step % 2, 0);
    losses.push(optimizer.step(batch.loss, 0.005));
    batch.dispose();
  }
  assert.ok(losses.at(-1)! < 0.1, losses.join(', ')); // with label smoothing it would stay above 0.3
  optimizer.dispose();
  network.dispose();
});

test('with label smoothing a confident and correct network still has a loss', () => {
  const network = { variables: () => [], saved: () => [], apply: (x: tf.Tensor) => tf.tile(tf.tensor3d([[[50, 0, 0]]]), [x.shape[0]!, x.shape[1]!, 1]) } as unknown as TrainableNetwork;
  const low = { ...toyPack('train', { tracks: 1, columns: 20 }) };
  const lossWith = (labelSmoothing: number): number => {
    const batch = supervisedStage(network, low, low, { ...INFERENCE, name: 'toy', epochs: 1, learningRate: 1, batch: 2, labelSmoothing }).batch(new Random(1), 0, 0);
    const loss = tf.tidy(() => batch.loss().dataSync()[0]!);
    batch.dispose();
    return loss;
  };
  assert.ok(lossWith(0) < 1e-3);
  assert.ok(Math.abs(lossWith(0.3) - 50 * 0.2) < 1e-3, `${lossWith(0.3)}`); // two of three labels have 0.1 each
});

for (const [name, layers] of [['every column', SMALL_LAYERS], ['one of four columns', architecture('cnn', 3, 64)]] as const) {
  test(`tracks of any length get the same scores as in a stream: output for ${name}`, () => {
    const bundle = randomBundle([...layers]);
    const weights = bundle.weights.map((weight) => 0.3 * weight);
    const description = describe(layers, 64);
    const tensors = weightTensors(description, weights);
    const base = toyPack('valid', { tracks: 3, columns: 30 });
    const pack = { ...base, tracks: base.tracks.map((track, index) => ({ ...track, columns: [30, 13, 22][index]! })) };
    const scores = scoreTracks(pack, INFERENCE, (x) => forward(description, tensors, x));
    const later = scoreTracks(pack, { ...INFERENCE, ignoredBlocks: 2 }, (x) => forward(description, tensors, x));
    const step = new Step({ ...bundle, weights });
    labelled(pack).forEach((track, index) => {
      const levels = wholeTrack(pack, track, NORMALISATION_V1);
      const blocks = Math.floor(track.columns / 4);
      assert.is(scores[index]!.logScores.length, blocks * 3);
      const state = step.newState();
      for (let block = 0; block < blocks; block++) {
        step.run([levels.subarray(block * 4 * 64, (block + 1) * 4 * 64)], [state]).forEach((p, label) => {
          assert.ok(Math.abs(Math.log(p) - scores[index]!.logScores[block * 3 + label]!) < 1e-3);
        });
      }
      assert.equal([...later[index]!.logScores], [...scores[index]!.logScores.subarray(6)]);
    });
    step.dispose();
    tf.dispose(tensors);
  });
}

test.run();
