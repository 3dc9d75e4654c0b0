/**
 * The loop that all stages of training share: steps with a cosine learning rate, a checkpoint and
 * a validation after each epoch, the best weights kept or the last, progress with the time left.
 * A stage says at its start how long it will take, and ends early when its score no longer rises.
 * A run that was stopped goes on from its last epoch and draws the same random numbers.
 */
import { Adam, cosineRate } from '../network/adam.js';
import type { Checkpoint, TrainingState } from './checkpoint.js';
import type { Stage } from './stage.js';
import { measureStage, secondsLeft } from './step-cost.js';
import { formatDuration, type Progress } from '../progress.js';
import type { Random } from '../../random.js';

/**
 * Runs a stage to its end and leaves the best weights, or the last, in its variables.
 * @param runs how many stages like this one are to be run, this one included: for the estimate of time
 */
export async function runStage(stage: Stage, checkpoint: Checkpoint, random: Random, progress: Progress, runs = 1): Promise<TrainingState['history']> {
  const adam = new Adam(stage.variables, stage.weightDecay);
  const everything = [...stage.saved, ...adam.moments];
  const steps = stage.epochs * stage.stepsPerEpoch;
  let position: TrainingState = { step: 0, randomState: random.state, best: -Infinity, history: [] };
  const found = await checkpoint.load(everything);
  if (found !== undefined) {
    position = found;
    adam.steps = found.step;
    random.state = found.randomState;
    progress.log(`${stage.name}: going on after epoch ${found.step / stage.stepsPerEpoch} of ${stage.epochs}`);
  }

  const firstEpoch = position.step / stage.stepsPerEpoch;
  if (firstEpoch < stage.epochs && !isExhausted(position.history, stage.patience)) {
    const cost = measureStage(stage);
    const left = secondsLeft(stage, cost, firstEpoch);
    const all = runs > 1 ? `, ${runs} such runs together ${formatDuration(left + (runs - 1) * secondsLeft(stage, cost, 0))}` : '';
    progress.log(`${stage.name}: ${stage.epochs - firstEpoch} epochs of ${stage.stepsPerEpoch} steps of ${cost.stepSeconds.toFixed(2)} s and a validation of ${cost.validationSeconds.toFixed(1)} s: ${stage.patience === undefined ? 'about' : 'at most'} ${formatDuration(left)}${all}`);
  }

  progress.begin(stage.name, steps, position.step);
  for (let epoch = firstEpoch; epoch < stage.epochs && !isExhausted(position.history, stage.patience); epoch++) {
    const startedMs = performance.now();
    let total = 0;
    for (let index = 0; index < stage.stepsPerEpoch; index++) {
      const step = epoch * stage.stepsPerEpoch + index;
      const batch = stage.batch(random, index, epoch);
      const loss = adam.step(batch.loss, cosineRate(step, steps, stage.learningRate));
      batch.dispose();
      if (!Number.isFinite(loss)) throw new Error(`${stage.name}: the loss became ${loss} at step ${step}; try a lower learning rate.`);
      total += loss;
      progress.step(step + 1, `loss ${(total / (index + 1)).toFixed(4)}`);
    }
    const loss = total / stage.stepsPerEpoch;
    const { score, line } = stage.validate();
    const isBest = stage.leaves !== 'last' && score > position.best;
    progress.log(`${stage.name}: epoch ${epoch + 1} of ${stage.epochs}, loss ${loss.toFixed(4)}, ${line}${isBest ? ' (best so far)' : ''}`);
    if (isBest) await checkpoint.saveBest(stage.saved);
    position = {
      step: (epoch + 1) * stage.stepsPerEpoch,
      randomState: random.state,
      best: Math.max(score, position.best),
      history: [...position.history, { epoch: epoch + 1, loss, score, seconds: (performance.now() - startedMs) / 1000 }],
    };
    await checkpoint.save(everything, position);
  }
  progress.end();
  const epochs = position.history.length;
  if (epochs < stage.epochs) progress.log(`${stage.name}: ended after epoch ${epochs}, with ${stage.patience} in a row without a better score`);
  if (stage.leaves !== 'last') await checkpoint.loadBest(stage.saved);
  adam.dispose();
  return position.history;
}

/** Whether the last `patience` epochs brought nothing better. */
function isExhausted(history: TrainingState['history'], patience = Infinity): boolean {
  const best = history.reduce((found, { score }, index) => (score > history[found]!.score ? index : found), 0);
  return history.length - 1 - best >= patience;
}
