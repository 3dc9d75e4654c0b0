/** The training loop: time estimate, early stopping, which weights remain. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from '../../../../models/tensorflow/backend.js';
import { Checkpoint } from '../../../../models/training/stages/checkpoint.js';
import { runStage } from '../../../../models/training/stages/loop.js';
import type { Stage } from '../../../../models/training/stages/stage.js';
import { measureStage, secondsLeft } from '../../../../models/training/stages/step-cost.js';
import { formatDuration, type Progress } from '../../../../models/training/progress.js';
import { Random } from '../../../../models/random.js';
import '../../../../models/training/network/tfjs-gradients.js';

const loop = suite<{ folder: string; x: tf.Variable; moving: tf.Variable; lines: string[]; progress: Progress }>('loop', {} as never);

loop.before.each(async (context) => {
  await startBackend('wasm');
  context.folder = await mkdtemp(join(tmpdir(), 'livegenre-loop-'));
  context.x = tf.variable(tf.tensor1d([3, -2]));
  context.moving = tf.variable(tf.tensor1d([0]), false);
  context.lines = [];
  context.progress = { log: (line) => context.lines.push(line), begin() {}, step() {}, end() {} };
});

loop.after.each(async ({ folder, x, moving }) => {
  tf.dispose([x, moving]);
  await rm(folder, { recursive: true });
});

/** Minimises x²; every loss evaluation is counted in `moving`, which is part of the checkpoint. */
function bowl(x: tf.Variable, moving: tf.Variable, scores: readonly number[], patience?: number): Stage & { indices: number[] } {
  let epoch = 0;
  const indices: number[] = [];
  return {
    name: 'bowl',
    epochs: scores.length,
    stepsPerEpoch: 3,
    learningRate: 0.1,
    weightDecay: 0,
    ...(patience !== undefined && { patience }),
    variables: [x],
    saved: [x, moving],
    indices,
    batch(_, index) {
      indices.push(index);
      return {
        loss: () => {
          moving.assign(tf.add(moving, 1));
          return tf.sum(tf.square(x));
        },
        dispose() {},
      };
    },
    // The first call is from the time measurement.
    validate: () => ({ score: scores[Math.max(0, epoch++ - 1)]!, line: '' }),
  };
}

loop('a stage stops after `patience` epochs without a better score', async ({ folder, x, moving, lines, progress }) => {
  const scores = [0.1, 0.5, 0.4, 0.5, 0.9, 0.9];
  const history = await runStage(bowl(x, moving, scores, 2), new Checkpoint(folder, 1), new Random(1), progress);
  assert.equal(history.map(({ score }) => score), [0.1, 0.5, 0.4, 0.5]);
  assert.match(lines.at(-1)!, 'stopped early after epoch 4: 2 epochs without a better score');
  // A stage that stopped early doesn't continue when run again.
  assert.is((await runStage(bowl(x, moving, scores, 2), new Checkpoint(folder, 1), new Random(1), progress)).length, 4);
});

loop('without patience it runs all epochs', async ({ folder, x, moving, progress }) => {
  const history = await runStage(bowl(x, moving, [0.5, 0.1, 0.1, 0.1]), new Checkpoint(folder, 1), new Random(1), progress);
  assert.is(history.length, 4);
  assert.ok(history.every(({ seconds }) => seconds > 0));
});

loop('it ends with the weights of the best epoch, or of the last if `leaves` says so', async ({ folder, x, moving, lines, progress }) => {
  const stepsAfter = async (name: string, leaves?: 'last'): Promise<number> => {
    moving.assign(tf.tensor1d([0]));
    await runStage({ ...bowl(x, moving, [0.1, 0.5, 0.4]), ...(leaves && { leaves }) }, new Checkpoint(join(folder, name), 1), new Random(1), progress);
    return moving.dataSync()[0]!;
  };
  assert.is(await stepsAfter('best'), 6);
  assert.match(lines.join('\n'), 'best so far');
  lines.length = 0;
  assert.is(await stepsAfter('last', 'last'), 9);
  assert.is(await stepsAfter('last', 'last'), 9, 'repeating a finished run gives the same weights');
  assert.not.match(lines.join('\n'), 'best so far');
});

loop('it first logs an estimate for this run and for all runs', async ({ folder, x, moving, lines, progress }) => {
  await runStage(bowl(x, moving, [0.1, 0.2]), new Checkpoint(folder, 1), new Random(1), progress, 5);
  assert.match(lines[0]!, /^bowl: 2 epochs of 3 steps of \d\.\d\d s and a validation of \d\.\d s: about \d+ s, 5 such runs in total \d+ s$/);
});

loop('batches receive their index in the epoch', async ({ folder, x, moving, progress }) => {
  const stage = bowl(x, moving, [0.1, 0.2]);
  await runStage(stage, new Checkpoint(folder, 1), new Random(1), progress);
  assert.equal(stage.indices.slice(-6), [0, 1, 2, 0, 1, 2]);
});

loop('the time measurement restores variables and leaks no tensors', ({ x, moving }) => {
  const before = tf.memory().numTensors;
  const cost = measureStage(bowl(x, moving, [0.1]));
  assert.equal([...x.dataSync(), ...moving.dataSync()], [3, -2, 0]);
  assert.is(tf.memory().numTensors, before);
  assert.is(secondsLeft({ epochs: 10, stepsPerEpoch: 3 } as Stage, { stepSeconds: 2, validationSeconds: 4 }, 8), 20);
  assert.ok(cost.stepSeconds > 0 && cost.validationSeconds >= 0);
});

loop('durations are rounded to the precision of an estimate', () => {
  assert.equal([3.2, 89, 100, 3600, 7900].map(formatDuration), ['4 s', '89 s', '2 min', '60 min', '2 h 12 min']);
});

loop.run();
