/** What a stage costs on this machine, measured before it runs, so that a run can say how long it will take. */
import { Adam } from '../network/adam.js';
import type { Stage } from './stage.js';
import { Random } from '../../random.js';

/** After a first one that warms up. */
const STEPS = 2;

export interface StageCost {
  readonly stepSeconds: number;
  readonly validationSeconds: number;
}

/** Takes a few steps and a validation; the stage's variables and random numbers stay as they were. */
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
    variable.assign(before[index]!); // the moving averages of batch norm moved
    before[index]!.dispose();
  });
  adam.dispose();
  return { stepSeconds: (stepsMs - startMs) / STEPS / 1000, validationSeconds: (endMs - stepsMs) / 1000 };
}

/** From the start of epoch `from` to the end. */
export function secondsLeft({ epochs, stepsPerEpoch }: Stage, { stepSeconds, validationSeconds }: StageCost, from: number): number {
  return (epochs - from) * (stepsPerEpoch * stepSeconds + validationSeconds);
}
