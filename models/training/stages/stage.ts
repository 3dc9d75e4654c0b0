/** Interface of a training stage: its variables, its batches and its score. */
import type { Scalar, Variable } from '@tensorflow/tfjs-core';
import type { Random } from '../../random.js';

export interface Stage {
  readonly name: string;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Trained variables. */
  readonly variables: readonly Variable[];
  /** Variables saved in a checkpoint besides the optimizer's moments; includes `variables`. */
  readonly saved: readonly Variable[];
  /** Early stopping after this many epochs without a better score; default: none. */
  readonly patience?: number;
  /** Which weights remain at the end: 'last', or by default those of the epoch with the best score. */
  readonly leaves?: 'last';
  /** Draws the batch of step `index` of an epoch, both from 0; `loss` is a function of the variables. */
  batch(random: Random, index: number, epoch: number): { readonly loss: () => Scalar; dispose(): void };
  /** Higher is better; `line` is for the log. */
  validate(): { readonly score: number; readonly line: string };
}
