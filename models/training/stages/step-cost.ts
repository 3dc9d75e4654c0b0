/** Measures the time per step before a stage runs, for the time estimate. */
import { Adam } from '../network/adam.js';
import type { Stage } from './stage.js';
import { Random } from '../../random.js';

/** Measured steps, after one warm-up step. */
const STEPS = 2;

export interface StageCost {
  readonly stepSeconds: number;
  readonly validationSeconds: number;
}

/** Runs a few steps and a validation; restores the stage's variables and doesn't touch its random generator. */
export function measureStage(stage: Stage): StageCost {
  const before = stage.saved.map((variable) => variable.clone());
  const adam = new Adam(stage.variables);
  const random = new Random(1);
  const step = (index: number): void => {
    const batch = stage.batch(random, index, 0);
    adam.step(batch.loss, 0);
    batch.dispose();
  };
  step(0);
  const startMs = performance.now();
  for (let index = 0; index < STEPS; index++) step(Math.min(index, stage.stepsPerEpoch - 1));
  const stepsMs = performance.now();
  stage.validate();
  const endMs = performance.now();
  stage.saved.forEach((variable, index) => {
    variable.assign(before[index]!); // batch norm's moving averages changed
    before[index]!.dispose();
  });
  adam.dispose();
  return { stepSeconds: (stepsMs - startMs) / STEPS / 1000, validationSeconds: (endMs - stepsMs) / 1000 };
}

/** Seconds from the start of epoch `from` to the end. */
export function secondsLeft({ epochs, stepsPerEpoch }: Stage, { stepSeconds, validationSeconds }: StageCost, from: number): number {
  return (epochs - from) * (stepsPerEpoch * stepSeconds + validationSeconds);
}
