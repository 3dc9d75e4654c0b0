/** One stage of training, as the loop runs it: what it learns, from which batches, and how it is judged. */
import type { Scalar, Variable } from '@tensorflow/tfjs-core';
import type { Random } from '../../random.js';

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
  /** Ends after so many epochs without a better score; never before its last epoch unless given. */
  readonly patience?: number;
  /** What it leaves: the weights of the epoch with the best score unless given. */
  readonly leaves?: 'last';
  /** Draws the batch of step `index` of an epoch, both from 0, and returns its loss as a function of the variables. */
  batch(random: Random, index: number, epoch: number): { readonly loss: () => Scalar; dispose(): void };
  /** Higher is better; `line` says it to people. */
  validate(): { readonly score: number; readonly line: string };
}
