/**
 * Fits the last layer on a frozen network: strongly regularised logistic regression on the running
 * statistics of its features, over whole tracks, 4 s excerpts and track changes. With a few hundred
 * labelled tracks this keeps the pretrained features, which fine-tuning all layers would destroy. The
 * teacher's tag logits are linear in the same statistics; they are added as extra values, and tags
 * named like a label as hints. Everything is linear, so it folds into one layer.
 * The fit is then repeated with degraded sound (channels, rooms, noise) and music without labels. Where
 * the teachers' tags say what its genres are (`music-labels.ts`), with a gate that hears what sounds like
 * the labelled tracks (`experts.ts`); else with the labels that the first fit predicts
 * (`self-training.ts`), and how far each label's logit can be trusted is learned on held-out tracks
 * (`fitMix`).
 * The penalty is chosen on the valid tracks, whole and in 4 s excerpts, with the logit shifts fitted on
 * them.
 */
import { basename } from 'node:path';
import type { Variable } from '@tensorflow/tfjs-core';
import { argmax } from '../../metrics.js';
import type { Description } from '../../network.js';
import type { Pack, Track } from '../../packs/pack.js';
import { fitMix, fitShifts, shifted, type LogitTransform, type Scores } from './calibrate.js';
import type { Progress } from '../progress.js';
import { inFolds } from '../data/protocols.js';
import { Random } from '../../random.js';
import { GATE_PENALTY } from './experts.js';
import { difference, logitsOf, regress, standardise, type Hint, type Regression, type Standardised } from './regression.js';
import { blocksAfterChange, ANY_DEGRADATION, oneHot, everyBlock, everyThirdBlock, CLEAN, IN_ROOMS, excerptBlocks, OVER_CHANNELS, extractRows, excerpts, degradedInput, concatRows, weighted, type SoftLabel, type Blocks, type Rows, type Degradation } from './rows.js';
import { hasSoftLabels, softLabelOf, withSoftLabels } from './self-training.js';
import { spliced } from '../data/splices.js';
import { tagsFor } from './tags.js';
import { setValues, type TrainableNetwork } from '../network/trainable.js';
import { trackAccuracy, type TrackScores } from '../track-scores.js';
import type { InferenceOptions } from '../validate.js';

const PENALTIES = [0.1, 0.2, 0.3];
/** With music whose genres are known there is more to learn from. */
const MUSIC_PENALTIES = [0.01, 0.03, 0.1];
/** Penalty factor for the outputs of a recurrent layer: what it remembers of the training tracks generalises poorly. */
export const RECURRENT_COSTS = 100;
/** Every third excerpt of the unlabelled music is used: there is plenty. */
const EVERY = 3;
/** Probability of noise in degraded labelled tracks. */
const NOISE_CHANCE = 0.4;
/** Cross-validation folds of the labelled tracks. */
const FOLDS = 5;
/** Total weights: of the labelled tracks, of music without labels, of music with unchecked ones. */
const WEIGHTS = { labelled: 1, music: 1, named: 0.5 };
/** How far genres of music without checked labels are balanced; those of the labelled tracks are wholly. */
const MUSIC_BALANCE = 0.5;

/** The teacher's tag logits as a linear function of the trunk's statistics. */
export interface TagMap {
  readonly names: readonly string[];
  /** [inputs × tags]; applies to the first `inputs` values of a row. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/** Size of an output column of the layers before the statistics, and how many of its values, the last ones, come from a recurrent layer. */
export interface Trunk {
  readonly outputs: number;
  readonly recurrent: number;
}

export interface HeadOptions extends InferenceOptions {
  /** Index of the last layer, which is dense and linear. */
  readonly lastLayer: number;
  readonly seed: number;
  readonly trunk?: Trunk;
  readonly tags?: TagMap;
  /** Unlabelled music, whose soft labels the first fit predicts unless it has some. Default: train on the clean labelled tracks only. */
  readonly music?: Pack;
  /** Ids of the tracks of `music` with an unchecked label. */
  readonly named?: ReadonlySet<string>;
  /** A second pack to choose the penalty on. */
  readonly alsoValid?: Pack;
  /** Speech and noise to mix into the music. */
  readonly noises?: Pack;
}

/** Last-layer inputs of one item (track or excerpt): [blocks × width]. */
interface ItemRows {
  readonly truth: number;
  readonly values: Float32Array;
  readonly width: number;
}

/** A regression and its accuracy. */
interface Best {
  readonly fitted: Regression;
  readonly penalty: number;
  /** Accuracy on valid tracks. */
  readonly tracks: number;
  /** Sum of the accuracies on tracks and excerpts, over the packs for validation. */
  readonly sum: number;
}

/** The last layer that `fitHead` wrote into the network. */
export interface FittedHead {
  /** Accuracy on the valid tracks, with the logit shifts fitted on them. */
  readonly share: number;
  /**
   * Soft labels of the labelled tracks, each predicted by a last layer fitted without the track's fold;
   * only tracks long enough for an excerpt.
   */
  heldOut(): Pack;
}

/** Fits the genre outputs of the last layer of `network` and writes the best fit into it. */
export function fitHead(network: TrainableNetwork, train: Pack, valid: Pack, options: HeadOptions, progress: Progress): FittedHead {
  const { labels, lastLayer, tags, seed, music, named: namedIds, noises, alsoValid } = options;
  const truth = ({ genre }: Track): SoftLabel | undefined => (genre === undefined ? undefined : oneHot(labels.indexOf(genre), labels.length));
  const rows = (pack: Pack, blocks: Blocks, inference: InferenceOptions = options, of = truth): Rows => extractRows(network, pack, of, blocks, inference, lastLayer, progress);
  const allRows = (pack: Pack, inference: InferenceOptions): Rows => concatRows([
    rows(pack, everyThirdBlock, inference),
    rows(excerpts(pack), excerptBlocks, inference),
    rows(spliced(pack, options.blockColumns, seed), blocksAfterChange, inference),
  ]);
  const parts = inFolds(train, FOLDS);
  const ofParts = parts.map((part) => allRows(part, options));
  const labelled = concatRows(ofParts);
  const named = tags === undefined ? [] : labels.map((label) => tagsFor(label, tags.names));
  const hints = named.flatMap((of, label) => of.map((tag): Hint => ({ value: labelled.width + tag, label })));
  if (tags !== undefined) progress.log(`head: ${labels.map((label, index) => `${label} starts from ${named[index]!.map((tag) => tags.names[tag]!).join(', ') || 'no tag'}`).join('; ')}`);

  const judged = [valid, ...(alsoValid ? [alsoValid] : [])].map((pack) => ({
    name: pack === valid ? 'valid tracks' : `tracks of ${basename(pack.folder)}/${pack.name}`,
    whole: items(network, pack, truth, options, progress),
    short: items(network, excerpts(pack), truth, options, progress),
  }));
  const costs = (width: number, penalty: number): Float32Array => Float32Array.from({ length: width }, (_, value) => penalty * (isRecurrent(value, options) ? RECURRENT_COSTS : 1));
  const folded = (fitted: Regression): Regression => foldTags(fitted, labelled.width, tags);
  const fit = (rows: Standardised, penalty: number): Regression => regress(rows, labels.length, costs(rows.width, penalty), hints, new Random(seed));
  const standardised = (rows: Rows): Standardised => standardise(tags === undefined ? rows : withTags(rows, tags));
  const best = (name: string, penalties: readonly number[], fitWith: (penalty: number) => Regression, withShifts: boolean): Best => penalties.map((penalty): Best => {
    const fitted = fitWith(penalty);
    const scores = judged.map(({ whole, short }): Scores => ({ tracks: scoresOf(whole, fitted), excerpts: scoresOf(short, fitted) }));
    const accuracies = accuraciesOf(scores, labels.length, withShifts);
    progress.log(`head: ${name}, penalty ${penalty}, ${accuracies.map(([tracks, excerpts], index) => `${(100 * tracks).toFixed(1)} % of ${judged[index]!.name}, ${(100 * excerpts).toFixed(1)} % of excerpts`).join('; ')}`);
    return { fitted, penalty, tracks: accuracies[0]![0], sum: accuracies.flat().reduce((sum, accuracy) => sum + accuracy, 0) };
  }).reduce((found, one) => (one.sum > found.sum ? one : found));
  const fitBest = (learned: Rows, name: string, change = (fitted: Regression): Regression => fitted): Best => {
    const rows = standardised(weighted(learned, 1, 1));
    const found = best(name, PENALTIES, (penalty) => change(folded(fit(rows, penalty))), true);
    write(network, lastLayer, found.fitted, 0);
    return found;
  };
  const first = fitBest(labelled, 'labelled tracks');
  /** For each fold of the labelled tracks, the same fit on the other folds; empty with a single fold. */
  const withoutEach = (why: string): Array<{ part: Pack; fitted: Regression }> => {
    if (parts.length < 2) return [];
    progress.log(`head: fitting on each ${parts.length - 1} of ${parts.length} folds, to learn ${why}`);
    return parts.map((part, out) => ({ part, fitted: folded(fit(standardised(weighted(concatRows(ofParts.filter((_, index) => index !== out)), 1, 1)), first.penalty)) }));
  };
  const heldOut = (): Pack => {
    const own = network.variables(lastLayer, lastLayer + 1);
    const saved = own.map((variable) => variable.dataSync<'float32'>().slice());
    const tracks = withoutEach('soft labels of tracks outside the training folds').flatMap(({ part, fitted }) => {
      write(network, lastLayer, fitted, 0);
      return withSoftLabels(part, options, network.logits).tracks;
    });
    own.forEach((variable, index) => setValues(variable, saved[index]!));
    return { ...train, tracks };
  };
  if (music === undefined) return { share: first.tracks, heldOut };

  const withNoise = (sound: Degradation, chance: number): Degradation => ({ ...sound, ...(noises && { noise: { pack: noises, chance } }) });
  const degradedBy = (sound: Degradation): InferenceOptions => degradedInput(sound, options, train.frontEnd.bands, seed);
  const checked = concatRows([labelled, allRows(train, degradedBy(withNoise(ANY_DEGRADATION, NOISE_CHANCE)))]);
  const musicRows = (pack: Pack): Rows => {
    const all = excerpts(pack);
    const some: Pack = { ...all, tracks: all.tracks.filter((_, index) => index % EVERY === 0) };
    return concatRows([
      rows(some, excerptBlocks, options, softLabelOf),
      rows(spliced(pack, options.blockColumns, seed), blocksAfterChange, options, softLabelOf),
      ...[OVER_CHANNELS, IN_ROOMS, ...(noises ? [withNoise(CLEAN, 1)] : [])].map((sound) => rows(some, excerptBlocks, degradedBy(sound), softLabelOf)),
    ]);
  };
  if (hasSoftLabels(music)) return { share: fitMixture().tracks, heldOut };

  const heldOutScores = withoutEach('how far each label\'s logit can be trusted').flatMap(({ part, fitted }) => scoresOf(items(network, excerpts(part), truth, options, progress), fitted));
  const mix = fitMix(heldOutScores, labels.length, train.tracks.length);
  progress.log(`head: logit weights ${labels.map((label, index) => `${label} ${(1 + mix.mix[index * (labels.length + 1)]!).toFixed(2)}`).join(', ')}`);
  const unlabelled = musicRows(withSoftLabels(music, options, network.logits));
  const last = fitBest(concatRows([checked, unlabelled]), 'labelled tracks, degraded sound and unlabelled music', (fitted) => transformedRegression(fitted, mix));
  return { share: last.tracks, heldOut };

  function fitMixture(): Best {
    const isNamed = ({ id }: Track): boolean => namedIds?.has(id) === true;
    const [others, named] = [{ ...music!, tracks: music!.tracks.filter((track) => !isNamed(track)) }, { ...music!, tracks: music!.tracks.filter(isNamed) }];
    const all = standardised(concatRows([
      weighted(checked, WEIGHTS.labelled, 1),
      weighted(musicRows(others), WEIGHTS.music, MUSIC_BALANCE),
      ...(named.tracks.length > 0 ? [weighted(musicRows(named), WEIGHTS.named, MUSIC_BALANCE)] : []),
    ]));
    const found = best('labelled tracks, degraded sound and music without labels', MUSIC_PENALTIES, (penalty) => folded(fit(all, penalty)), false);
    const gate = folded(difference(regress({ ...all, softLabels: all.softLabels.map((own, row) => {
      const weight = own.reduce((sum, share) => sum + share, 0);
      return row < checked.softLabels.length ? [weight, 0] : [0, weight];
    }) }, 2, costs(all.width, GATE_PENALTY), [], new Random(seed))));
    const outputs = network.variables(lastLayer, lastLayer + 1)[1]!.size;
    for (const [regression, from] of [[found.fitted, 0], [found.fitted, outputs - labels.length - 1], [gate, outputs - 1]] as const) write(network, lastLayer, regression, from);
    return found;
  }
}

/** The columns that the first statistics layer averages; undefined without one. */
export function trunkOf({ layers }: Description): Trunk | undefined {
  const first = layers.findIndex(({ layer }) => layer.type === 'statistics');
  if (first < 1) return undefined;
  const { layer } = layers[first - 1]!;
  return { outputs: layers[first]!.input.channels, recurrent: (layer.type === 'gru' || layer.type === 'lstm') && layer.keepInput ? layer.units : 0 };
}

/** Whether a value of a row is the running mean or deviation of a recurrent unit. */
export function isRecurrent(value: number, { trunk }: Pick<HeadOptions, 'trunk'>): boolean {
  return trunk !== undefined && value < 2 * trunk.outputs && value % trunk.outputs >= trunk.outputs - trunk.recurrent;
}

/** Writes a regression into the outputs of the last layer, from output `first` on. */
export function write(network: TrainableNetwork, lastLayer: number, { kernel, bias }: Regression, first: number): void {
  const [weights, shifts] = network.variables(lastLayer, lastLayer + 1) as [Variable, Variable];
  const outputs = shifts.size;
  const classes = bias.length;
  const allWeights = weights.dataSync<'float32'>().slice();
  const allShifts = shifts.dataSync<'float32'>().slice();
  for (let index = 0; index < kernel.length; index++) allWeights[Math.floor(index / classes) * outputs + first + (index % classes)] = kernel[index]!;
  allShifts.set(bias, first);
  setValues(weights, allWeights);
  setValues(shifts, allShifts);
}

/** A regression whose logits are the given one's, transformed; the mix is applied to the centred logits. */
export function transformedRegression({ kernel, bias }: Regression, { mix, shifts }: Required<LogitTransform>): Regression {
  const labels = bias.length;
  const changed = (logits: Float32Array): Float32Array => {
    const mean = logits.reduce((sum, logit) => sum + logit, 0) / labels;
    return logits.map((logit, label) => logits.reduce((sum, other, from) => sum + (other - mean) * mix[from * labels + label]!, logit));
  };
  const mixed = new Float32Array(kernel.length);
  for (let at = 0; at < kernel.length; at += labels) mixed.set(changed(kernel.subarray(at, at + labels)), at);
  return { kernel: mixed, bias: changed(bias).map((value, label) => value + shifts[label]!) };
}

/** Last-layer inputs of every block, per item. */
function items(network: TrainableNetwork, pack: Pack, truth: (track: Track) => SoftLabel | undefined, options: HeadOptions, progress: Progress): ItemRows[] {
  const lengths: number[] = [];
  const all = extractRows(network, pack, truth, (blocks) => {
    lengths.push(blocks);
    return everyBlock(blocks);
  }, options, options.lastLayer, progress);
  let first = 0;
  return lengths.map((blocks): ItemRows => {
    const item: ItemRows = { truth: argmax(all.softLabels[first]!), values: all.values.subarray(first * all.width, (first + blocks) * all.width), width: all.width };
    first += blocks;
    return item;
  });
}

/** Scores of each item with the regression as the last layer. */
function scoresOf(item: readonly ItemRows[], regression: Regression): TrackScores[] {
  return item.map((each) => ({ truth: each.truth, logScores: centredLogits(each, regression) }));
}

/** Accuracy on tracks and on excerpts of each pack. @param withShifts with logit shifts fitted to all scores */
function accuraciesOf(packs: readonly Scores[], labels: number, withShifts: boolean): Array<[tracks: number, excerpts: number]> {
  const shifts = withShifts ? fitShifts({ tracks: packs.flatMap(({ tracks }) => tracks), excerpts: packs.flatMap(({ excerpts: parts }) => parts) }, labels) : new Float64Array(labels);
  return packs.map((scores) => [trackAccuracy(shifted(scores.tracks, shifts), labels), trackAccuracy(shifted(scores.excerpts, shifts), labels)]);
}

/** Logits of every block minus their mean, [blocks × labels]; a common offset doesn't change the decision. */
function centredLogits({ values, width }: ItemRows, regression: Regression): Float32Array {
  const labels = regression.bias.length;
  const all = new Float32Array((values.length / width) * labels);
  for (let block = 0; block < values.length / width; block++) {
    const logits = logitsOf(regression, values.subarray(block * width, (block + 1) * width));
    const mean = logits.reduce((sum, logit) => sum + logit, 0) / labels;
    all.set(logits.map((logit) => logit - mean), block * labels);
  }
  return all;
}

/** Appends the tag logits to each row. */
function withTags({ values, width, softLabels }: Rows, tags: TagMap): Rows {
  const count = tags.names.length;
  const inputs = tags.kernel.length / count;
  const wider = new Float32Array(softLabels.length * (width + count));
  for (let row = 0; row < softLabels.length; row++) {
    const own = values.subarray(row * width, (row + 1) * width);
    wider.set(own, row * (width + count));
    wider.set(logitsOf(tags, own.subarray(0, inputs)), row * (width + count) + width);
  }
  return { values: wider, width: width + count, softLabels };
}

/** Folds the weights of the tag logits into those of the underlying statistics. */
function foldTags({ kernel, bias }: Regression, width: number, tags: TagMap | undefined): Regression {
  if (tags === undefined) return { kernel, bias };
  const labels = bias.length;
  const count = tags.names.length;
  const own = kernel.slice(0, width * labels);
  const shifts = bias.slice();
  for (let tag = 0; tag < count; tag++) {
    for (let label = 0; label < labels; label++) {
      const weight = kernel[(width + tag) * labels + label]!;
      shifts[label]! += weight * tags.bias[tag]!;
      for (let input = 0; input < tags.kernel.length / count; input++) own[input * labels + label]! += weight * tags.kernel[input * count + tag]!;
    }
  }
  return { kernel: own, bias: shifts };
}
