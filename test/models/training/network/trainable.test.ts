/** The folded weights give the same outputs as the training network. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from '../../../../models/tensorflow/backend.js';
import { describe } from '../../../../models/network.js';
import { forward, weightTensors } from '../../../../models/tf-network.js';
import { Checkpoint } from '../../../../models/training/stages/checkpoint.js';
import { runStage } from '../../../../models/training/stages/loop.js';
import type { Stage } from '../../../../models/training/stages/stage.js';
import { Random } from '../../../../models/random.js';
import '../../../../models/training/network/tfjs-gradients.js';
import { WeightAverage, setValues, TrainableNetwork } from '../../../../models/training/network/trainable.js';
import { SILENT, SMALL_LAYERS } from '../../fixtures.js';

const BANDS = 64;

test.before(async () => {
  await startBackend('wasm');
});

/** A task that the network can learn: columns that are loud at the bottom or at the top. */
function toyStage(network: TrainableNetwork, epochs: number): Stage {
  const draw = (random: Random): { x: tf.Tensor3D; truths: number[] } => {
    const truths = Array.from({ length: 8 }, () => random.below(2));
    const x = Float32Array.from({ length: 8 * 12 * BANDS }, (_, index) => {
      const isLow = index % BANDS < BANDS / 2;
      return random.normal() + (isLow === (truths[Math.floor(index / (12 * BANDS))] === 0) ? 1 : -1);
    });
    return { x: tf.tensor3d(x, [8, 12, BANDS]), truths };
  };
  const loss = (x: tf.Tensor3D, truths: number[], training: boolean): tf.Scalar => tf.neg(tf.mean(tf.sum(tf.mul(
    tf.logSoftmax(network.apply(x, { training }), 2),
    tf.expandDims(tf.oneHot(tf.tensor1d(truths, 'int32'), 3), 1),
  ), 2)));
  return {
    name: 'toy',
    epochs,
    stepsPerEpoch: 10,
    learningRate: 0.01,
    weightDecay: 0,
    variables: network.variables(),
    saved: network.saved(),
    batch(random) {
      const { x, truths } = draw(random);
      return { loss: () => loss(x, truths, true), dispose: () => x.dispose() };
    },
    validate() {
      const { x, truths } = draw(new Random(99));
      const score = -tf.tidy(() => loss(x, truths, false).dataSync()[0]!);
      x.dispose();
      return { score, line: '' };
    },
  };
}

test('training reduces the loss, and the folded weights give the same outputs', async () => {
  const description = describe(SMALL_LAYERS, BANDS);
  const folder = await mkdtemp(join(tmpdir(), 'livegenre-train-'));
  const network = new TrainableNetwork(description, new Random(3));
  const history = await runStage(toyStage(network, 4), new Checkpoint(folder, 'settings'), new Random(4), SILENT);
  assert.ok(history.at(-1)!.loss < 0.5 * history[0]!.loss, JSON.stringify(history));

  const x = tf.randomNormal([2, 15, BANDS], 0, 1, 'float32', 5) as tf.Tensor3D;
  const learned = tf.tidy(() => network.apply(x, { training: false }).dataSync());
  const weights = weightTensors(description, network.folded());
  const running = tf.tidy(() => forward(description, weights, x).dataSync());
  running.forEach((value, index) => assert.ok(Math.abs(value - learned[index]!) < 1e-3, `${value} and ${learned[index]}`));
  network.dispose();
  tf.dispose([x, ...weights.flat()]);
  await rm(folder, { recursive: true });
});

test('a network that starts from inference weights gives the same outputs, in training as well', () => {
  const description = describe(SMALL_LAYERS, BANDS);
  const [learned, started] = [new TrainableNetwork(description, new Random(3)), new TrainableNetwork(description, new Random(8))];
  const x = tf.randomNormal([4, 24, BANDS], 0.5, 1, 'float32', 5) as tf.Tensor3D;
  for (let step = 0; step < 300; step++) tf.tidy(() => learned.apply(x, { training: true }));
  started.startFrom(learned.folded(), x);
  const to = description.layers.length - 1;
  const features = (network: TrainableNetwork, training: boolean): Float32Array => tf.tidy(() => network.apply(x, { training, to }).dataSync<'float32'>().slice());
  const expected = features(learned, false);
  for (const training of [false, true]) {
    features(started, training).forEach((value, index) => assert.ok(Math.abs(value - expected[index]!) < 0.02, `${training}: ${value} and ${expected[index]}`));
  }
  const lastLayer = (network: TrainableNetwork): number[] => network.variables(to).flatMap((variable) => [...variable.dataSync()]);
  assert.equal(lastLayer(started), lastLayer(new TrainableNetwork(description, new Random(8))), 'the last layer keeps its own weights');
  learned.dispose();
  started.dispose();
  x.dispose();
});

test('an interrupted run resumes to the same weights', async () => {
  const description = describe(SMALL_LAYERS, BANDS);
  const folders = await Promise.all([1, 2].map(() => mkdtemp(join(tmpdir(), 'livegenre-train-'))));
  const run = async (folder: string, stage: (network: TrainableNetwork) => Stage): Promise<Float32Array | undefined> => {
    const network = new TrainableNetwork(description, new Random(3));
    try {
      await runStage(stage(network), new Checkpoint(folder, 'settings'), new Random(4), SILENT);
      return network.folded();
    } catch {
      return undefined;
    } finally {
      network.dispose();
    }
  };
  const whole = await run(folders[0]!, (network) => toyStage(network, 3));
  const stopped = await run(folders[1]!, (network) => {
    const stage = toyStage(network, 3);
    let steps = 0;
    return { ...stage, batch: (random, index) => {
      if (++steps > 25) throw new Error('interrupted');
      return stage.batch(random, index, 0);
    } };
  });
  assert.is(stopped, undefined);
  assert.equal(await run(folders[1]!, (network) => toyStage(network, 3)), whole);
  const other = new TrainableNetwork(description, new Random(3));
  await new Checkpoint(folders[1]!, 'other settings').load(other.saved()).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, 'other settings'));
  other.dispose();
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true })));
});

test('an average restarts from the initial values each time and ends at the mean', () => {
  const variables = [tf.variable(tf.tensor1d([1, 2])), tf.variable(tf.tensor1d([3]))];
  const valuesNow = (): number[][] => variables.map((variable) => [...variable.dataSync()]);
  const average = new WeightAverage(variables);
  for (const values of [[[2, 4], [6]], [[4, 0], [-2]]]) {
    average.reset();
    assert.equal(valuesNow(), [[1, 2], [3]]);
    variables.forEach((variable, index) => setValues(variable, Float32Array.from(values[index]!)));
    average.add();
  }
  average.assign();
  assert.equal(valuesNow(), [[3, 2], [2]]);
  tf.dispose(variables);
});

test.run();
