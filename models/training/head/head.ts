/**
 * The last layer alone, on a frozen network: strongly penalised logistic regression on the running
 * statistics of its features, of whole tracks, of excerpts alone and after a change. With a few
 * hundred labelled tracks this keeps what pretraining has learned, where moving all layers throws it
 * away. The teacher's tags, which are linear in the same statistics, join as values of their own,
 * and those that bear a label's name as hints; all of it is linear, so it folds into the one layer.
 * Then once more with poorer sound (lines, rooms, noise), and with the teacher's music as further
 * examples (`self-training.ts`); how far each label's logit is to be believed is learned from tracks
 * that were held out (`fitMix`).
 * The penalty is chosen on the valid tracks, as they are and in excerpts of 4 s, with the shifts
 * of logits that they ask for.
 */
import type { Variable } from '@tensorflow/tfjs-core';
import { argmax } from '../../metrics.js';
import type { Pack, Track } from '../../packs/pack.js';
import { fitMix, fitShifts, shifted, type LogitTransform, type Scores } from './calibrate.js';
import type { Progress } from '../progress.js';
import { inFolds } from '../data/protocols.js';
import { Random } from '../../random.js';
import { logitsOf, regress, standardise, type Hint, type Regression, type Standardised } from './regression.js';
import { blocksAfterChange, ANY_DEGRADATION, oneHot, everyBlock, everyThirdBlock, CLEAN, IN_ROOMS, excerptBlocks, OVER_CHANNELS, extractRows, excerpts, degradedInput, concatRows, type SoftLabel, type Blocks, type Rows, type Degradation } from './rows.js';
import { softLabelOf, withSoftLabels } from './self-training.js';
import { spliced } from '../data/splices.js';
import { tagsFor } from './tags.js';
import { setValues, type TrainableNetwork } from '../network/trainable.js';
import { trackAccuracy, type InferenceOptions, type TrackScores } from '../validate.js';

const PENALTIES = [0.1, 0.2, 0.3];
/** How much more the values of a recurrent layer cost: what it remembers of the labelled tracks says little of others. */
const RECURRENT_COSTS = 100;
/** Of the excerpts of unlabelled music, every so many: there is plenty. */
const EVERY = 3;
/** Of the labelled tracks with poorer sound, how many are among noise as well. */
const NOISE_CHANCE = 0.4;
/** Of the labelled tracks, held out in turn. */
const FOLDS = 5;

/** What the teacher's tags are in the statistics of the trunk. */
export interface TagMap {
  readonly names: readonly string[];
  /** [inputs × tags]; the first `inputs` values of a row. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

export interface HeadOptions extends InferenceOptions {
  /** Index of the last layer, a linear dense one. */
  readonly lastLayer: number;
  readonly seed: number;
  /** Values of a column before the statistics, and how many of them, the last, are a recurrent layer's own. */
  readonly trunk?: { readonly outputs: number; readonly recurrent: number };
  readonly tags?: TagMap;
  /** Without labels; the labelled tracks heard well are all there is to learn from unless given. */
  readonly music?: Pack;
  /** Speech and noise to hear music through. */
  readonly noises?: Pack;
}

/** What was heard of one item: [blocks × width]. */
interface Heard {
  readonly truth: number;
  readonly values: Float32Array;
  readonly width: number;
}

/** A regression, and how right it is with the shifts that its answers ask for. */
interface Best {
  readonly fitted: Regression;
  readonly penalty: number;
  /** Share of valid tracks, and of their excerpts. */
  readonly tracks: number;
  readonly excerpts: number;
}

/** The last layer that `fitHead` left in the network. */
export interface FittedHead {
  /** Share of valid tracks got right, with the shifts that they ask for. */
  readonly share: number;
  /** What is believed of each labelled track by a last layer that learned from the others alone; of those that have a stretch. */
  heldOut(): Pack;
}

/** Fits the genres' part of the last layer of `network` and leaves the best in it. */
export function fitHead(network: TrainableNetwork, train: Pack, valid: Pack, options: HeadOptions, progress: Progress): FittedHead {
  const { labels, lastLayer, tags, seed, music, noises } = options;
  const truth = ({ genre }: Track): SoftLabel | undefined => (genre === undefined ? undefined : oneHot(labels.indexOf(genre), labels.length));
  const listen = (pack: Pack, blocks: Blocks, ears: InferenceOptions = options, of = truth): Rows => extractRows(network, pack, of, blocks, ears, lastLayer, progress);
  const listenToAll = (pack: Pack, ears: InferenceOptions): Rows => concatRows([
    listen(pack, everyThirdBlock, ears),
    listen(excerpts(pack), excerptBlocks, ears),
    listen(spliced(pack, options.blockColumns, seed), blocksAfterChange, ears),
  ]);
  const parts = inFolds(train, FOLDS);
  const ofParts = parts.map((part) => listenToAll(part, options));
  const labelled = concatRows(ofParts);
  const named = tags === undefined ? [] : labels.map((label) => tagsFor(label, tags.names));
  const hints = named.flatMap((of, label) => of.map((tag): Hint => ({ value: labelled.width + tag, label })));
  if (tags !== undefined) progress.log(`head: ${labels.map((label, index) => `${label} begins as ${named[index]!.map((tag) => tags.names[tag]!).join(', ') || 'nothing'}`).join('; ')}`);

  const whole = items(network, valid, truth, options, progress);
  const short = items(network, excerpts(valid), truth, options, progress);
  const costs = (width: number, penalty: number): Float32Array => Float32Array.from({ length: width }, (_, value) => penalty * (isRecurrent(value, options) ? RECURRENT_COSTS : 1));
  const fit = (rows: Standardised, penalty: number): Regression => folded(regress(rows, labels.length, costs(rows.width, penalty), hints, new Random(seed)), labelled.width, tags);
  const standardised = (rows: Rows): Standardised => standardise(tags === undefined ? rows : withTags(rows, tags));
  const fitBest = (learned: Rows, name: string, change = (fitted: Regression): Regression => fitted): Best => {
    const rows = standardised(learned);
    let best: Best | undefined;
    for (const penalty of PENALTIES) {
      const fitted = change(fit(rows, penalty));
      const [tracks, parted] = judged({ tracks: scoresOf(whole, fitted), excerpts: scoresOf(short, fitted) }, labels.length);
      progress.log(`head: ${name}, penalty ${penalty}, ${(100 * tracks).toFixed(1)} % of valid tracks, ${(100 * parted).toFixed(1)} % of excerpts`);
      if (best === undefined || tracks + parted > best.tracks + best.excerpts) best = { tracks, excerpts: parted, penalty, fitted };
    }
    write(network, lastLayer, best!.fitted, 0);
    return best!;
  };
  const first = fitBest(labelled, 'labelled tracks');
  /** For each part of the labelled tracks, the same learned from the others; none where there are no others. */
  const withoutEach = (why: string): Array<{ part: Pack; fitted: Regression }> => {
    if (parts.length < 2) return [];
    progress.log(`head: again without each of ${parts.length} parts of the tracks, to learn ${why}`);
    return parts.map((part, out) => ({ part, fitted: fit(standardised(concatRows(ofParts.filter((_, index) => index !== out))), first.penalty) }));
  };
  const heldOut = (): Pack => {
    const own = network.variables(lastLayer, lastLayer + 1);
    const kept = own.map((variable) => variable.dataSync<'float32'>().slice());
    const tracks = withoutEach('what to believe of tracks that it did not learn from').flatMap(({ part, fitted }) => {
      write(network, lastLayer, fitted, 0);
      return withSoftLabels(part, options, network.logits).tracks;
    });
    own.forEach((variable, index) => setValues(variable, kept[index]!));
    return { ...train, tracks };
  };
  if (music === undefined) return { share: first.tracks, heldOut };

  const unheard = withoutEach('how far each label\'s logit is to be believed').flatMap(({ part, fitted }) => scoresOf(items(network, excerpts(part), truth, options, progress), fitted));
  const mix = fitMix(unheard, labels.length, train.tracks.length);
  progress.log(`head: logits count ${labels.map((label, index) => `${label} ${(1 + mix.mix[index * (labels.length + 1)]!).toFixed(2)}`).join(', ')}`);

  const softLabel = withSoftLabels(music, options, network.logits);
  const all = excerpts(softLabel);
  const some: Pack = { ...all, tracks: all.tracks.filter((_, index) => index % EVERY === 0) };
  const amongNoise = (sound: Degradation, chance: number): Degradation => ({ ...sound, ...(noises && { noise: { pack: noises, chance } }) });
  const behind = (sound: Degradation): InferenceOptions => degradedInput(sound, options, train.frontEnd.bands, seed);
  const unlabelled = [
    listen(some, excerptBlocks, options, softLabelOf),
    listen(spliced(softLabel, options.blockColumns, seed), blocksAfterChange, options, softLabelOf),
    ...[OVER_CHANNELS, IN_ROOMS, ...(noises ? [amongNoise(CLEAN, 1)] : [])].map((sound) => listen(some, excerptBlocks, behind(sound), softLabelOf)),
  ];
  const last = fitBest(concatRows([labelled, listenToAll(train, behind(amongNoise(ANY_DEGRADATION, NOISE_CHANCE))), ...unlabelled]), 'and poorer sound, and unlabelled music', (fitted) => transformedRegression(fitted, mix));
  return { share: last.tracks, heldOut };
}

/** Whether a value of a row is the running mean or deviation of a recurrent layer's unit. */
function isRecurrent(value: number, { trunk }: Pick<HeadOptions, 'trunk'>): boolean {
  return trunk !== undefined && value < 2 * trunk.outputs && value % trunk.outputs >= trunk.outputs - trunk.recurrent;
}

/** Puts a regression into the outputs of the last layer from `first` on. */
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

/** The regression whose logits are those of another one, centred and then changed. */
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

/** Every block of every item, item by item. */
function items(network: TrainableNetwork, pack: Pack, truth: (track: Track) => SoftLabel | undefined, options: HeadOptions, progress: Progress): Heard[] {
  const lengths: number[] = [];
  const all = extractRows(network, pack, truth, (blocks) => {
    lengths.push(blocks);
    return everyBlock(blocks);
  }, options, options.lastLayer, progress);
  let first = 0;
  return lengths.map((blocks): Heard => {
    const heard: Heard = { truth: argmax(all.softLabels[first]!), values: all.values.subarray(first * all.width, (first + blocks) * all.width), width: all.width };
    first += blocks;
    return heard;
  });
}

/** What the regression as the last layer says of each item. */
function scoresOf(heard: readonly Heard[], regression: Regression): TrackScores[] {
  return heard.map((each) => ({ truth: each.truth, logScores: centredLogits(each, regression) }));
}

/** Shares of tracks and of excerpts that are right once logits are shifted as these ask for. */
function judged(scores: Scores, labels: number): [number, number] {
  const shifts = fitShifts(scores, labels);
  return [trackAccuracy(shifted(scores.tracks, shifts), labels), trackAccuracy(shifted(scores.excerpts, shifts), labels)];
}

/** Of every block, [blocks × labels]: what is added to all labels of a block alike decides nothing. */
function centredLogits({ values, width }: Heard, regression: Regression): Float32Array {
  const labels = regression.bias.length;
  const all = new Float32Array((values.length / width) * labels);
  for (let block = 0; block < values.length / width; block++) {
    const logits = logitsOf(regression, values.subarray(block * width, (block + 1) * width));
    const mean = logits.reduce((sum, logit) => sum + logit, 0) / labels;
    all.set(logits.map((logit) => logit - mean), block * labels);
  }
  return all;
}

/** Each row with the logits of the tags behind it. */
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

/** The weights of the tags put back into those of the statistics that they are made of. */
function folded({ kernel, bias }: Regression, width: number, tags: TagMap | undefined): Regression {
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
