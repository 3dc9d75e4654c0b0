/**
 * The loop that all stages of training share: steps with a cosine learning rate, a checkpoint and
 * a validation after each epoch, the best weights kept, progress with the time left. A run that
 * was stopped goes on from its last epoch and draws the same random numbers.
 */
import type { Scalar, Variable } from '@tensorflow/tfjs-core';
import { Adam, cosineRate } from './adam.js';
import type { Checkpoint, Position } from './checkpoint.js';
import type { Progress } from './progress.js';
import type { Random } from './random.js';

export interface Stage {
  readonly name: string;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  /** What is learned. */
  readonly variables: readonly Variable[];
  /** What a checkpoint holds besides the optimizer's moments; includes `variables`. */
  readonly saved: readonly Variable[];
  /** Draws a batch and returns its loss as a function of the variables. */
  batch(random: Random): { readonly loss: () => Scalar; dispose(): void };
  /** Higher is better; `line` says it to people. */
  validate(): { readonly score: number; readonly line: string };
}

/** Runs a stage to its end and leaves the best weights in its variables. */
export async function runStage(stage: Stage, checkpoint: Checkpoint, random: Random, progress: Progress): Promise<Position['history']> {
  const adam = new Adam(stage.variables, stage.weightDecay);
  const everything = [...stage.saved, ...adam.moments];
  const steps = stage.epochs * stage.stepsPerEpoch;
  let position: Position = { step: 0, randomState: random.state, best: -Infinity, history: [] };
  const found = await checkpoint.load(everything);
  if (found !== undefined) {
    position = found;
    adam.steps = found.step;
    random.state = found.randomState;
    progress.say(`${stage.name}: going on after epoch ${found.step / stage.stepsPerEpoch} of ${stage.epochs}`);
  }

  progress.begin(stage.name, steps, position.step);
  for (let epoch = position.step / stage.stepsPerEpoch; epoch < stage.epochs; epoch++) {
    let total = 0;
    for (let index = 0; index < stage.stepsPerEpoch; index++) {
      const step = epoch * stage.stepsPerEpoch + index;
      const batch = stage.batch(random);
      const loss = adam.step(batch.loss, cosineRate(step, steps, stage.learningRate));
      batch.dispose();
      if (!Number.isFinite(loss)) throw new Error(`${stage.name}: the loss became ${loss} at step ${step}; try a lower learning rate.`);
      total += loss;
      progress.step(step + 1, `loss ${(total / (index + 1)).toFixed(4)}`);
    }
    const loss = total / stage.stepsPerEpoch;
    const { score, line } = stage.validate();
    const isBest = score > position.best;
    progress.say(`${stage.name}: epoch ${epoch + 1} of ${stage.epochs}, loss ${loss.toFixed(4)}, ${line}${isBest ? ' (best so far)' : ''}`);
    if (isBest) await checkpoint.saveBest(stage.saved);
    position = {
      step: (epoch + 1) * stage.stepsPerEpoch,
      randomState: random.state,
      best: Math.max(score, position.best),
      history: [...position.history, { epoch: epoch + 1, loss, score }],
    };
    await checkpoint.save(everything, position);
  }
  progress.end();
  await checkpoint.loadBest(stage.saved);
  adam.dispose();
  return position.history;
}
