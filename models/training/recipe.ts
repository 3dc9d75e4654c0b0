/** How a network learns with a teacher: pretraining on its answers, then the last layer on the labelled tracks. */
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { Description } from '../network.js';
import { Checkpoint, type Position } from './checkpoint.js';
import { fitHead } from './head.js';
import { runStage } from './loop.js';
import { pretrainStage, tagMap } from './pretrain.js';
import type { Progress } from './progress.js';
import { Random } from './random.js';
import type { Split } from './protocols.js';
import type { Teacher } from './teacher.js';
import type { Trainable } from './trainable.js';
import type { Hearing } from './validate.js';

/** What a stage did, for the report. */
export interface StageHistory {
  readonly name: string;
  /** What `score` is, for people. */
  readonly scoreName: string;
  readonly history: Position['history'];
}

export interface RecipeOptions {
  readonly pretrainEpochs: number;
  readonly pretrainRate: number;
  readonly seed: number;
  /** Folder of the run; what doesn't depend on the split is shared by all splits. */
  readonly run: string;
}

/** Leaves the finished weights in `network`. */
export async function learnFromTeacher(
  network: Trainable,
  description: Description,
  teacher: Teacher,
  { train, valid }: Split,
  hearing: Hearing,
  { pretrainEpochs, pretrainRate, seed, run }: RecipeOptions,
  progress: Progress,
): Promise<StageHistory[]> {
  const trunkLayers = description.layers.findIndex(({ layer }) => layer.type === 'statistics');
  const { stage, heads } = pretrainStage(network, teacher, {
    epochs: pretrainEpochs,
    learningRate: pretrainRate,
    normalisation: hearing.normalisation,
    trunkLayers,
    trunkOutputs: description.layers[trunkLayers]!.input.channels,
    stride: description.stride,
  });
  const trunk = description.layers.slice(0, trunkLayers).map(({ layer }) => layer);
  const settings = { trunk, normalisation: hearing.normalisation, seed, epochs: stage.epochs, rate: stage.learningRate };
  // Random numbers of its own: what comes after the trunk can change without another pretraining.
  const history = await runStage(stage, new Checkpoint(join(run, 'pretrain'), settings), new Random(seed), progress);
  const tags = tagMap(teacher.answers, heads);
  tf.dispose(heads);
  fitHead(network, train, valid, { ...hearing, lastLayer: description.layers.length - 1, seed, music: teacher.pack, ...(tags && { tags }) }, progress);
  return [{ name: stage.name, scoreName: 'share of the teacher\'s embedding explained on held-out music', history }];
}
