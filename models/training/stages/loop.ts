/**
 * Training loop shared by all stages: steps with a cosine learning rate, validation and a checkpoint
 * after each epoch, best or last weights kept, early stopping, and an estimate of the time left. An
 * interrupted run resumes after its last epoch and draws the same random numbers.
 */
import { Adam, cosineRate } from '../network/adam.js';
import type { Checkpoint, TrainingState } from './checkpoint.js';
import type { Stage } from './stage.js';
import { measureStage, secondsLeft } from './step-cost.js';
import { formatDuration, type Progress } from '../progress.js';
import type { Random } from '../../random.js';

/**
 * Runs a stage to its end; its variables then hold the best weights, or the last ones.
 * @param runs stages like this one still to run, including this one; for the time estimate
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
    progress.log(`${stage.name}: resuming after epoch ${found.step / stage.stepsPerEpoch} of ${stage.epochs}`);
  }

  const firstEpoch = position.step / stage.stepsPerEpoch;
  if (firstEpoch < stage.epochs && !isExhausted(position.history, stage.patience)) {
    const cost = measureStage(stage);
    const left = secondsLeft(stage, cost, firstEpoch);
    const all = runs > 1 ? `, ${runs} such runs in total ${formatDuration(left + (runs - 1) * secondsLeft(stage, cost, 0))}` : '';
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
  if (epochs < stage.epochs) progress.log(`${stage.name}: stopped early after epoch ${epochs}: ${stage.patience} epochs without a better score`);
  if (stage.leaves !== 'last') await checkpoint.loadBest(stage.saved);
  adam.dispose();
  return position.history;
}

/** Whether the last `patience` epochs brought no better score. */
function isExhausted(history: TrainingState['history'], patience = Infinity): boolean {
  const best = history.reduce((found, { score }, index) => (score > history[found]!.score ? index : found), 0);
  return history.length - 1 - best >= patience;
}
