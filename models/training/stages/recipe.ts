/**
 * Training recipe with a teacher: pretrain on the teacher's outputs; fit a last layer on the labelled
 * tracks; refine the trunk with soft genre labels from such layers; fit the last layer again. The
 * weights of several refining runs from the same pretraining are averaged ("Model soups", Wortsman et
 * al. 2022).
 */
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { Description } from '../../network.js';
import type { Pack } from '../../packs/pack.js';
import { Checkpoint, type TrainingState } from './checkpoint.js';
import { fitHead, trunkOf, type FittedHead, type HeadOptions } from '../head/head.js';
import { runStage } from './loop.js';
import type { Stage } from './stage.js';
import { pretrainStage, refineStage, tagMap, type Heads } from './pretrain.js';
import type { Progress } from '../progress.js';
import { Random } from '../../random.js';
import type { MusicLabels } from '../head/music-labels.js';
import type { Split } from '../data/protocols.js';
import { softLabelsById, withLabels, withSoftLabels } from '../head/self-training.js';
import type { Teacher } from '../data/teacher.js';
import { WeightAverage, type TrainableNetwork } from '../network/trainable.js';
import type { InferenceOptions } from '../validate.js';

/** History of a stage, for the report. */
export interface StageHistory {
  readonly name: string;
  /** Description of `score`. */
  readonly scoreName: string;
  /** Which weights it ended with, as in `Stage`. */
  readonly leaves?: Stage['leaves'];
  readonly history: TrainingState['history'];
}

export interface RecipeOptions {
  readonly pretrainEpochs: number;
  readonly pretrainRate: number;
  readonly refineEpochs: number;
  readonly refineRate: number;
  /** Refining runs from the same pretraining; their weights are averaged. */
  readonly refineRuns: number;
  readonly seed: number;
  /** Folder of the run; the pretraining in it is shared by all splits. */
  readonly run: string;
}

export interface Sources {
  readonly teacher: Teacher;
  readonly split: Split;
  /** Soft labels of the teacher's tracks; default: those that the last layer predicts. */
  readonly musicLabels?: MusicLabels | undefined;
  /** Second pack for validation. */
  readonly alsoValid?: Pack | undefined;
  /** Speech and noise to mix into the music. */
  readonly noises: Pack | undefined;
  /** SHA-256 of the weights that the network started from; part of the settings of a checkpoint. */
  readonly from?: string | undefined;
  /** Folder for this split's own checkpoints. */
  readonly folder: string;
}

/** Trains `network` in place. */
export async function trainWithTeacher(
  network: TrainableNetwork,
  description: Description,
  { teacher, split: { train, valid }, alsoValid, musicLabels, noises, from, folder }: Sources,
  inference: InferenceOptions,
  { pretrainEpochs, pretrainRate, refineEpochs, refineRate, refineRuns, seed, run }: RecipeOptions,
  progress: Progress,
): Promise<StageHistory[]> {
  const trunkLayers = description.layers.findIndex(({ layer }) => layer.type === 'statistics');
  const trunk = description.layers.slice(0, trunkLayers).map(({ layer }) => layer);
  const trunkSize = trunkOf(description)!;
  const options = { normalisation: inference.normalisation, trunkLayers, trunkOutputs: trunkSize.outputs, stride: description.stride };
  const histories: StageHistory[] = [];
  /** Each stage has its own random generator, so a change to a later stage doesn't force an earlier one to run again. */
  const finish = async (stage: Stage, at: string, random: Random, runs = 1): Promise<void> => {
    const settings = { trunk, normalisation: inference.normalisation, seed, ...(from !== undefined && { from }), epochs: stage.epochs, rate: stage.learningRate };
    const history = await runStage(stage, new Checkpoint(at, settings), random, progress, runs);
    histories.push({ name: stage.name, scoreName: 'share of the teacher\'s embedding explained on held-out music', ...(stage.leaves && { leaves: stage.leaves }), history });
  };
  const musicOf = (music: Pack): Pick<HeadOptions, 'music' | 'named'> => (musicLabels === undefined
    ? { music }
    : { music: withLabels(music, inference.labels, musicLabels.softLabels), named: musicLabels.named });
  const lastLayer = (heads: Heads, music?: Pack): FittedHead => {
    const tags = tagMap(teacher.outputs, heads);
    return fitHead(network, train, valid, { ...inference, lastLayer: description.layers.length - 1, seed, trunk: trunkSize, ...(noises && { noises }), ...(alsoValid && { alsoValid }), ...(music && musicOf(music)), ...(tags && { tags }) }, progress);
  };

  const { stage, heads } = pretrainStage(network, teacher, { ...options, epochs: pretrainEpochs, learningRate: pretrainRate });
  await finish(stage, join(run, 'pretrain'), new Random(seed));
  if (refineEpochs > 0) {
    const heldOutSoftLabels = softLabelsById(lastLayer(heads).heldOut());
    const softLabels = musicLabels?.softLabels ?? softLabelsById(withSoftLabels(teacher.pack, inference, network.logits));
    const learned = new WeightAverage([...network.saved(0, trunkLayers), ...heads]);
    for (let index = 1; index <= refineRuns; index++) {
      learned.reset();
      const refining = refineStage(network, teacher, heads, { train, labels: inference.labels, softLabels, heldOutSoftLabels, noises }, { ...options, epochs: refineEpochs, learningRate: refineRate });
      const name = refineRuns > 1 ? `${refining.stage.name} ${index} of ${refineRuns}` : refining.stage.name;
      await finish({ ...refining.stage, name }, join(folder, `refine-${index}`), new Random(seed + index), refineRuns - index + 1);
      learned.add();
      tf.dispose(refining.heads);
    }
    learned.assign();
  }
  lastLayer(heads, teacher.pack);
  tf.dispose(heads);
  return histories;
}
