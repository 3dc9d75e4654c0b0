/** Trains one network on one split of the tracks, calibrates it, evaluates it and saves it. */
import { basename, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { concatenate } from '../../dsp/concatenate.js';
import { NORMALISATION_V1 } from '../../dsp/mel/normalise.js';
import { blockMs, OUTSIDE_SMOOTHING, outputCount, outsideOutput, smoothingGain, type Manifest } from '../manifest.js';
import { loadBundle, saveBundle } from '../model-folder.js';
import { SOUND_KINDS } from '../sound-kinds.js';
import { wilson95 } from '../metrics.js';
import type { Layer } from '../layer-schema.js';
import { describe } from '../network.js';
import type { Pack } from '../packs/pack.js';
import { architecture } from './network/architectures.js';
import { crossFitted, fitShifts, FOLDS, fitTemperature, shifted, type Scored } from './head/calibrate.js';
import { Checkpoint } from './stages/checkpoint.js';
import { wholeTrack } from './data/crops.js';
import { requireSameFrontEnd, withKnownLabels, type External } from './data/external.js';
import { featureInputs } from './data/inputs.js';
import { musicLabels } from './head/music-labels.js';
import { trunkOf, write } from './head/head.js';
import { fitKinds } from './head/kinds.js';
import { fitOutside } from './head/outside.js';
import { measureRanges } from './ranges.js';
import { runStage } from './stages/loop.js';
import type { Options } from './options.js';
import type { Progress } from './progress.js';
import { chunked, CHUNK_S, collectionFolds, consecutiveFolds, type Split } from './data/protocols.js';
import { Random } from '../random.js';
import { trainWithTeacher, type StageHistory } from './stages/recipe.js';
import { supervisedStage } from './stages/supervised.js';
import type { Teacher } from './data/teacher.js';
import { setValues, TrainableNetwork } from './network/trainable.js';
import { trackAccuracy, type TrackScores } from './track-scores.js';
import { scoreTracks, type InferenceOptions } from './validate.js';

const BLOCK_COLUMNS = 4;
/** Music that batch norm is measured on when training starts from a model. */
const START_TRACKS = 32;
const START_COLUMNS = 138;
const SMOOTHING = { timeConstantMs: 0, lead: 'log-ratio', margin: 0.5, holdMs: 350, leastLead: 1, warmupMs: 2700, confidenceMs: 4000 } as const;
/** Blocks at the start of a chunk that are not scored; its answer is the mean over the rest, the last 2.3 s. */
export const CHUNK_IGNORED_BLOCKS = 5;

/** Accuracy over a number of items. */
export interface Share {
  readonly accuracy: number;
  readonly items: number;
}

export interface TrialResult {
  readonly split: Split;
  readonly model: Omit<Manifest, 'weights' | 'format'>;
  readonly stages: readonly StageHistory[];
  /**
   * Scores of the valid items, in pack order, with cross-fitted shifts (`crossFitted`). `valid` and
   * `excerpts` are computed from cross-fitted scores as well.
   */
  readonly scores: readonly TrackScores[];
  readonly valid: Share;
  readonly train: Share;
  /** 4 s excerpts of the valid tracks, each scored from a zero state; undefined for chunks, which are excerpts already. */
  readonly excerpts: Share | undefined;
  readonly external: Share | undefined;
  readonly crossFittedEce: number;
  /** The second pack for validation: whole tracks and 4 s excerpts, cross-fitted. */
  readonly alsoValid: { readonly name: string; readonly tracks: Share; readonly excerpts: Share; readonly ece: number } | undefined;
}

export interface TrialOptions {
  readonly options: Options;
  readonly teacher: Teacher | undefined;
  /** The teacher's tag logits of labelled tracks, by id. */
  readonly labelledTags?: ReadonlyMap<string, Float32Array> | undefined;
  /** Tracks with unchecked labels. */
  readonly unchecked?: Pack | undefined;
  /** Pack of speech and noise for the sound-kind outputs. */
  readonly notMusic: Pack | undefined;
  /** Pack of music of none of the labels. */
  readonly outside?: Pack | undefined;
  /** Second pack for validation. */
  readonly alsoValid?: External | undefined;
  readonly external: External | undefined;
  /** Folder for this split's own files: checkpoints, and the model unless `modelFolder` is elsewhere. */
  readonly folder: string;
  readonly modelFolder: string;
  /** Splits still to train, including this one; for the time estimate. */
  readonly runs: number;
}

export async function runTrial(split: Split, { options, teacher, labelledTags = new Map<string, never>(), unchecked, notMusic, outside, alsoValid, external, folder, modelFolder, runs }: TrialOptions, progress: Progress): Promise<TrialResult> {
  const { labels, frontEnd } = split.train;
  const inputs = featureInputs(options.features, split.train, NORMALISATION_V1);
  const beliefs = teacher && musicLabels(teacher, split.train, labels, labelledTags, unchecked, progress);
  const own: Pick<Manifest, 'kinds' | 'outside' | 'mixture'> = { ...(notMusic !== undefined && { kinds: SOUND_KINDS }), ...(outside !== undefined && { outside: true }), ...(beliefs && { mixture: true }) };
  const layers = architecture(options.arch, outputCount({ labels: [...labels], ...own }), inputs.size, options.width);
  const description = describe(layers, inputs.size);
  const inference: InferenceOptions = { labels, blockColumns: BLOCK_COLUMNS, normalisation: NORMALISATION_V1, inputs, mixture: own.mixture, ...(split.items === 'chunks' && { ignoredBlocks: CHUNK_IGNORED_BLOCKS }) };
  const random = new Random(options.seed);
  const network = new TrainableNetwork(description, random);
  const from = options.from === undefined ? undefined : await startFrom(network, layers, options.from, teacher?.pack ?? split.train);
  progress.log(`${split.name}: ${split.train.tracks.length} training ${split.items}, ${split.valid.tracks.length} for validation (${split.how})`);
  progress.log(`${options.arch} over ${options.features.join(' + ')}: ${description.parameters} parameters, ${((description.multiplyAdds * frontEnd.sampleRate) / frontEnd.hop / 1e6).toFixed(2)} M multiply-adds per second of audio`);

  const stages = teacher !== undefined
    ? await trainWithTeacher(network, description, { teacher, split, ...(alsoValid && { alsoValid: withKnownLabels(alsoValid, labels) }), musicLabels: beliefs, noises: notMusic, from, folder }, inference, options, progress)
    : await supervised();

  async function supervised(): Promise<StageHistory[]> {
    const { epochs, rate, batch, dropout, augmentation, labelSmoothing, classWeights, patience, protocol, folds, features, data, train, valid, seed } = options;
    const name = runs > 1 || protocol === 'kfold' || options.compare ? split.name : 'training';
    const stage = supervisedStage(network, split.train, split.valid, {
      ...inference,
      name,
      epochs,
      learningRate: rate,
      batch,
      dropout,
      augmentation,
      labelSmoothing,
      classWeights,
      items: split.items,
      ...(patience !== undefined && { patience }),
    });
    const settings = { layers, normalisation: NORMALISATION_V1, seed, ...(from !== undefined && { from }), data, train, valid, epochs, rate, batch, dropout, augmentation, labelSmoothing, classWeights, patience, protocol, folds, features };
    const history = await runStage(stage, new Checkpoint(join(folder, 'supervised'), settings), random, progress, runs);
    return [{ name, scoreName: `share of valid ${split.items}`, history }];
  }

  if (notMusic !== undefined) {
    const music = [split.train, ...(teacher === undefined ? [] : [teacher.pack])];
    fitKinds(network, music, notMusic, { ...inference, lastLayer: layers.length - 1, seed: options.seed }, progress);
  }

  if (outside !== undefined) {
    const lastLayer = layers.length - 1;
    const fitted = fitOutside(network, [split.train, ...(unchecked === undefined ? [] : [unchecked])], outside, { ...inference, lastLayer, seed: options.seed, trunk: trunkOf(description) }, progress);
    write(network, lastLayer, fitted, outsideOutput({ labels: [...labels], kinds: own.kinds }));
  }

  const second = alsoValid && withKnownLabels(alsoValid, labels);
  const [first, other] = [scoresOf(split), ...(second ? [scoresOf({ items: 'tracks', valid: second })] : [])];
  const tracks = first!.tracks.length;
  const scored: Scored = other === undefined ? first! : {
    tracks: [...first!.tracks, ...other.tracks],
    excerpts: [...first!.excerpts, ...other.excerpts.map((excerpt) => ({ ...excerpt, of: tracks + excerpt.of }))],
  };
  const shifts = fitShifts(first!, labels.length);
  shiftLabels(network, layers.length - 1, shifts);
  const gain = smoothingGain(SMOOTHING.confidenceMs, blockMs({ blockColumns: BLOCK_COLUMNS, frontEnd }));
  const temperature = fitTemperature(shifted(scored.tracks, shifts), labels.length, gain);
  progress.log(`${split.name}: shifts ${labels.map((label, index) => `${label} ${shifts[index]!.toFixed(2)}`).join(', ')}; temperature ${temperature.toFixed(2)}`);

  /** A chunk counts as its own excerpt. */
  function scoresOf({ items, valid }: Pick<Split, 'items' | 'valid'>): Scored {
    const tracks = scoreTracks(valid, inference, network.logits);
    if (items === 'chunks') return { tracks, excerpts: tracks.map((track, of) => ({ ...track, of })) };
    const parts = chunked({ ...valid, tracks: valid.tracks.map((track, of) => ({ ...track, of })) }, CHUNK_S);
    return { tracks, excerpts: scoreTracks(parts, inference, network.logits).map((excerpt, index) => ({ ...excerpt, of: parts.tracks[index]!.of as number })) };
  }

  const weights = network.folded();
  const model: TrialResult['model'] = {
    name: options.name,
    version: options.modelVersion,
    labels: [...labels],
    ...own,
    frontEnd,
    normalisation: NORMALISATION_V1,
    blockColumns: BLOCK_COLUMNS,
    ...(inputs.features && { features: inputs.features.map((feature) => ({ ...feature, mean: [...feature.mean], deviation: [...feature.deviation] })) }),
    layers,
    calibration: { temperature },
    smoothing: { ...SMOOTHING, ...(outside !== undefined && { outside: OUTSIDE_SMOOTHING }) },
    ranges: measureRanges({ layers, normalisation: NORMALISATION_V1, blockColumns: BLOCK_COLUMNS }, weights, split.train, inputs, progress),
    trainedOn: `${split.train.tracks.length} ${split.items} of ${split.train.name} (${split.how})${teacher === undefined ? '' : ', after pretraining on a teacher\'s answers to unlabelled music'}`,
  };
  await saveBundle(modelFolder, model, weights);
  const folds = [...consecutiveFolds(first!.tracks.map(({ truth }) => truth), FOLDS), ...(second ? collectionFolds(second, FOLDS) : [])];
  const judged = crossFitted(scored, labels.length, gain, folds, tracks);
  const right = (scores: readonly TrackScores[]): Share => ({ accuracy: trackAccuracy(scores, labels.length), items: scores.length });
  const shareOf = (pack: Split['valid']): Share => right(scoreTracks(pack, inference, network.logits));
  const trained: TrialResult = {
    split,
    model,
    stages,
    scores: judged.tracks.slice(0, tracks),
    valid: right(judged.tracks.slice(0, tracks)),
    train: shareOf(split.train),
    excerpts: split.items === 'tracks' ? right(judged.excerpts.filter(({ of }) => of < tracks)) : undefined,
    external: external === undefined ? undefined : shareOf(withKnownLabels(external, labels)),
    crossFittedEce: judged.eceOf((track) => track < tracks),
    alsoValid: second && { name: second.name, tracks: right(judged.tracks.slice(tracks)), excerpts: right(judged.excerpts.filter(({ of }) => of >= tracks)), ece: judged.eceOf((track) => track >= tracks) },
  };
  network.dispose();
  progress.log(`${split.name}: ${inPercent(trained.valid)} of valid ${split.items} (${inPercent(trained.train)} of training ${split.items})${trained.excerpts === undefined ? '' : `, ${inPercent(trained.excerpts)} of ${CHUNK_S} s excerpts`}, with shifts and temperature fitted on other ${split.items}; the model is in ${modelFolder}`);
  if (trained.alsoValid !== undefined) progress.log(`${split.name}: ${inPercent(trained.alsoValid.tracks)} of ${basename(second!.folder)}/${trained.alsoValid.name}, ${inPercent(trained.alsoValid.excerpts)} of its ${CHUNK_S} s excerpts, calibration error ${trained.alsoValid.ece.toFixed(3)} (${trained.crossFittedEce.toFixed(3)} on ${split.valid.name}), with the temperature fitted on other collections`);
  if (trained.external !== undefined) progress.log(`${split.name}: ${inPercent(trained.external)} of ${external!.pack.name}`);
  return trained;
}

/**
 * Starts from the weights of a finished model.
 * @returns their SHA-256
 * @throws Error if its layers, the last one aside, are others than `layers`
 */
async function startFrom(network: TrainableNetwork, layers: readonly Layer[], folder: string, music: Pack): Promise<string> {
  const { manifest, weights } = await loadBundle(folder);
  if (JSON.stringify(manifest.layers.slice(0, -1)) !== JSON.stringify(layers.slice(0, -1))) throw new Error(`--from: the layers of ${folder} are others than those of --arch and --width.`);
  requireSameFrontEnd(music, { ...music, name: manifest.name, frontEnd: manifest.frontEnd });
  const tracks = music.tracks.filter(({ columns }) => columns >= START_COLUMNS);
  if (tracks.length === 0) throw new Error(`--from: no track has the ${START_COLUMNS} columns that batch norm is measured on.`);
  const every = Math.ceil(tracks.length / START_TRACKS);
  const some = tracks.filter((_, index) => index % every === 0).map((track) => wholeTrack(music, track, NORMALISATION_V1).subarray(0, START_COLUMNS * music.frontEnd.bands));
  const x = tf.tensor3d(concatenate(some), [some.length, START_COLUMNS, music.frontEnd.bands]);
  network.startFrom(weights, x);
  x.dispose();
  return manifest.weights.sha256;
}

/** Adds `shifts` to the biases of the labels, which are the first outputs of the last layer; of two experts to those of the first. */
function shiftLabels(network: TrainableNetwork, lastLayer: number, shifts: Float64Array): void {
  const bias = network.variables(lastLayer, lastLayer + 1)[1]!;
  setValues(bias, bias.dataSync<'float32'>().map((value, output) => value + (shifts[output] ?? 0)));
}

/** `61.9 % (55.0 to 68.4)`: accuracy with its 95 % interval. */
export function inPercent({ accuracy, items }: Share): string {
  const [low, high] = wilson95(accuracy, items);
  return `${(100 * accuracy).toFixed(1)} % (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
}
