/** One network on one split of the tracks: taught, calibrated, measured and saved. */
import { join } from 'node:path';
import { NORMALISATION_V1 } from '../../dsp/mel/normalise.js';
import { blockMs, smoothingGain, type Manifest } from '../manifest.js';
import { saveBundle } from '../model-folder.js';
import { SOUND_KINDS } from '../sound-kinds.js';
import { wilson95 } from '../metrics.js';
import { describe } from '../network.js';
import type { Pack } from '../packs/pack.js';
import { architecture } from './network/architectures.js';
import { crossFitted, fitShifts, fitTemperature, shifted, type Scored } from './head/calibrate.js';
import { Checkpoint } from './stages/checkpoint.js';
import { withKnownLabels, type External } from './data/external.js';
import { featureInputs } from './data/inputs.js';
import { fitKinds } from './head/kinds.js';
import { runStage } from './stages/loop.js';
import type { Options } from './options.js';
import type { Progress } from './progress.js';
import { chunked, CHUNK_S, type Split } from './data/protocols.js';
import { Random } from '../random.js';
import { learnFromTeacher, type StageHistory } from './stages/recipe.js';
import { supervisedStage } from './stages/supervised.js';
import type { Teacher } from './data/teacher.js';
import { setValues, TrainableNetwork } from './network/trainable.js';
import { scoreTracks, trackAccuracy, type InferenceOptions, type TrackScores } from './validate.js';

const BLOCK_COLUMNS = 4;
const SMOOTHING = { timeConstantMs: 0, margin: 0.25, holdMs: 2000, leastLead: 0.1, warmupMs: 2700, confidenceMs: 4000 };
/** A chunk's answer is the mean over what follows: its last 2.3 s. */
export const CHUNK_IGNORED_BLOCKS = 5;

/** A share of so many items. */
export interface Share {
  readonly accuracy: number;
  readonly items: number;
}

export interface TrialResult {
  readonly split: Split;
  readonly model: Omit<Manifest, 'weights' | 'format'>;
  readonly stages: readonly StageHistory[];
  /** Of the valid items, in the order of the pack, each shifted as others ask for (`crossFitted`); so are the shares of `valid` and `excerpts`. */
  readonly scores: readonly TrackScores[];
  readonly valid: Share;
  readonly train: Share;
  /** Stretches of 4 s of the valid tracks, each heard alone; chunks are that already. */
  readonly excerpts: Share | undefined;
  readonly external: Share | undefined;
  readonly crossFittedEce: number;
}

export interface TrialOptions {
  readonly options: Options;
  readonly teacher: Teacher | undefined;
  /** Speech and noise to tell music from. */
  readonly notMusic: Pack | undefined;
  readonly external: External | undefined;
  /** Folder for what the split needs alone: checkpoints, and the model unless it goes elsewhere. */
  readonly folder: string;
  readonly modelFolder: string;
  /** How many splits are still to be trained on, this one included. */
  readonly runs: number;
}

export async function runTrial(split: Split, { options, teacher, notMusic, external, folder, modelFolder, runs }: TrialOptions, progress: Progress): Promise<TrialResult> {
  const { labels, frontEnd } = split.train;
  const inputs = featureInputs(options.features, split.train, NORMALISATION_V1);
  const layers = architecture(options.arch, labels.length + (notMusic === undefined ? 0 : SOUND_KINDS.length), inputs.size, options.width);
  const description = describe(layers, inputs.size);
  const inference: InferenceOptions = { labels, blockColumns: BLOCK_COLUMNS, normalisation: NORMALISATION_V1, inputs, ...(split.items === 'chunks' && { ignoredBlocks: CHUNK_IGNORED_BLOCKS }) };
  const random = new Random(options.seed);
  const network = new TrainableNetwork(description, random);
  progress.log(`${split.name}: ${split.train.tracks.length} ${split.items} to learn from, ${split.valid.tracks.length} to validate on (${split.how})`);
  progress.log(`${options.arch} over ${options.features.join(' + ')}: ${description.parameters} parameters, ${((description.multiplyAdds * frontEnd.sampleRate) / frontEnd.hop / 1e6).toFixed(2)} M multiply-adds per second of audio`);

  const stages = teacher !== undefined
    ? await learnFromTeacher(network, description, { teacher, split, noises: notMusic, folder }, inference, options, progress)
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
    const settings = { layers, normalisation: NORMALISATION_V1, seed, data, train, valid, epochs, rate, batch, dropout, augmentation, labelSmoothing, classWeights, patience, protocol, folds, features };
    const history = await runStage(stage, new Checkpoint(join(folder, 'supervised'), settings), random, progress, runs);
    return [{ name, scoreName: `share of valid ${split.items}`, history }];
  }

  if (notMusic !== undefined) {
    const music = [split.train, ...(teacher === undefined ? [] : [teacher.pack])];
    fitKinds(network, music, notMusic, { ...inference, lastLayer: layers.length - 1, seed: options.seed }, progress);
  }

  const scored = scoresOf(split);
  const shifts = fitShifts(scored, labels.length);
  shiftLabels(network, layers.length - 1, shifts);
  const gain = smoothingGain(SMOOTHING.confidenceMs, blockMs({ blockColumns: BLOCK_COLUMNS, frontEnd }));
  const temperature = fitTemperature(shifted(scored.tracks, shifts), labels.length, gain);
  progress.log(`${split.name}: shifts ${labels.map((label, index) => `${label} ${shifts[index]!.toFixed(2)}`).join(', ')}; temperature ${temperature.toFixed(2)}`);

  /** Of chunks, each is a stretch of its own. */
  function scoresOf({ items, valid }: Split): Scored {
    const tracks = scoreTracks(valid, inference, network.logits);
    if (items === 'chunks') return { tracks, excerpts: tracks.map((track, of) => ({ ...track, of })) };
    const parts = chunked({ ...valid, tracks: valid.tracks.map((track, of) => ({ ...track, of })) }, CHUNK_S);
    return { tracks, excerpts: scoreTracks(parts, inference, network.logits).map((excerpt, index) => ({ ...excerpt, of: parts.tracks[index]!.of as number })) };
  }

  const model: TrialResult['model'] = {
    name: options.name,
    version: options.modelVersion,
    labels: [...labels],
    ...(notMusic !== undefined && { kinds: SOUND_KINDS }),
    frontEnd,
    normalisation: NORMALISATION_V1,
    blockColumns: BLOCK_COLUMNS,
    ...(inputs.features && { features: inputs.features.map((feature) => ({ ...feature, mean: [...feature.mean], deviation: [...feature.deviation] })) }),
    layers,
    calibration: { temperature },
    smoothing: SMOOTHING,
    trainedOn: `${split.train.tracks.length} ${split.items} of ${split.train.name} (${split.how})${teacher === undefined ? '' : ', after pretraining on a teacher\'s answers to unlabelled music'}`,
  };
  await saveBundle(modelFolder, model, network.folded());
  const judged = crossFitted(scored, labels.length, gain);
  const right = (scores: readonly TrackScores[]): Share => ({ accuracy: trackAccuracy(scores, labels.length), items: scores.length });
  const shareOf = (pack: Split['valid']): Share => right(scoreTracks(pack, inference, network.logits));
  const trained: TrialResult = {
    split,
    model,
    stages,
    scores: judged.tracks,
    valid: right(judged.tracks),
    train: shareOf(split.train),
    excerpts: split.items === 'tracks' ? right(judged.excerpts) : undefined,
    external: external === undefined ? undefined : shareOf(withKnownLabels(external, labels)),
    crossFittedEce: judged.ece,
  };
  network.dispose();
  progress.log(`${split.name}: ${inPercent(trained.valid)} of valid ${split.items} (${inPercent(trained.train)} of those to learn from)${trained.excerpts === undefined ? '' : `, ${inPercent(trained.excerpts)} of ${CHUNK_S} s excerpts`}, with shifts and temperature fitted on other ${split.items}; the model is in ${modelFolder}`);
  if (trained.external !== undefined) progress.log(`${split.name}: ${inPercent(trained.external)} of ${external!.pack.name}`);
  return trained;
}

/** Adds to the labels' logits, which the last layer puts first. */
function shiftLabels(network: TrainableNetwork, lastLayer: number, shifts: Float64Array): void {
  const bias = network.variables(lastLayer, lastLayer + 1)[1]!;
  setValues(bias, bias.dataSync<'float32'>().map((value, output) => value + (shifts[output] ?? 0)));
}

/** `61.9 % (55.0 to 68.4)`, the 95 % interval in brackets. */
export function inPercent({ accuracy, items }: Share): string {
  const [low, high] = wilson95(accuracy, items);
  return `${(100 * accuracy).toFixed(1)} % (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
}
