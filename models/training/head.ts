/**
 * The last layer alone, on a frozen network: strongly penalised logistic regression on the running
 * statistics of its features, of whole tracks, of stretches alone and after a change. With a few
 * hundred labelled tracks this keeps what pretraining has learned, where moving all layers throws it
 * away. The teacher's tags, which are linear in the same statistics, join as values of their own,
 * and those that bear a label's name as hints; all of it is linear, so it folds into the one layer.
 * Then once more with poorer sound, and with the teacher's music as further examples
 * (`self-training.ts`).
 * The penalty is chosen on the valid tracks, as they are and in stretches of 4 s.
 */
import type { Variable } from '@tensorflow/tfjs-core';
import { argmax } from '../metrics.js';
import type { Pack, Track } from '../pack.js';
import type { Progress } from './progress.js';
import { Random } from './random.js';
import { logitsOf, regress, standardise, type Hint, type Regression } from './regression.js';
import { afterAChange, ANY_SOUND, certain, counted, everyBlock, everyThird, IN_ROOMS, ofAStretch, OVER_LINES, rowsOf, stretches, through, together, type Belief, type Blocks, type Rows, type Sound } from './rows.js';
import { beliefOf, believed } from './self-training.js';
import { spliced } from './splices.js';
import { tagsFor } from './tags.js';
import { setValues, type Trainable } from './trainable.js';
import { trackAccuracy, type Hearing, type TrackScores } from './validate.js';

const PENALTIES = [0.1, 0.2, 0.3];
/** Of the stretches of unlabelled music, every so many: there is plenty. */
const EVERY = 3;
/** How much a row counts over lines and in rooms, where heard well it counts 1: more costs what is heard well. */
const POOR = 0.3;

/** What the teacher's tags are in the statistics of the trunk. */
export interface TagMap {
  readonly names: readonly string[];
  /** [inputs × tags]; the first `inputs` values of a row. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

export interface HeadOptions extends Hearing {
  /** Index of the last layer, a linear dense one. */
  readonly lastLayer: number;
  readonly seed: number;
  readonly tags?: TagMap;
  /** Without labels; the labelled tracks heard well are all there is to learn from unless given. */
  readonly music?: Pack;
}

/** What was heard of one item: [blocks × width]. */
interface Heard {
  readonly truth: number;
  readonly values: Float32Array;
  readonly width: number;
}

/** Fits the genres' part of the last layer of `network` and leaves the best in it. @returns share of valid tracks got right */
export function fitHead(network: Trainable, train: Pack, valid: Pack, options: HeadOptions, progress: Progress): number {
  const { labels, lastLayer, tags, seed, music } = options;
  const truth = ({ genre }: Track): Belief | undefined => (genre === undefined ? undefined : certain(labels.indexOf(genre), labels.length));
  const listen = (pack: Pack, blocks: Blocks, ears: Hearing = options, of = truth): Rows => rowsOf(network, pack, of, blocks, ears, lastLayer, progress);
  const listenToAll = (ears: Hearing): Rows => together([
    listen(train, everyThird, ears),
    listen(stretches(train), ofAStretch, ears),
    listen(spliced(train, options.blockColumns, seed), afterAChange, ears),
  ]);
  const labelled = listenToAll(options);
  const named = tags === undefined ? [] : labels.map((label) => tagsFor(label, tags.names));
  const hints = named.flatMap((of, label) => of.map((tag): Hint => ({ value: labelled.width + tag, label })));
  if (tags !== undefined) progress.say(`head: ${labels.map((label, index) => `${label} begins as ${named[index]!.map((tag) => tags.names[tag]!).join(', ') || 'nothing'}`).join('; ')}`);

  const whole = items(network, valid, truth, options, progress);
  const short = items(network, stretches(valid), truth, options, progress);
  const fitBest = (rows: Rows, name: string): number => {
    const standardised = standardise(tags === undefined ? rows : withTags(rows, tags));
    let best: { score: number; tracks: number; fitted: Regression } | undefined;
    for (const penalty of PENALTIES) {
      const fitted = folded(regress(standardised, labels.length, penalty, hints, new Random(seed)), rows.width, tags);
      const [tracks, parts] = [rightOf(whole, fitted), rightOf(short, fitted)];
      progress.say(`head: ${name}, penalty ${penalty}, ${(100 * tracks).toFixed(1)} % of valid tracks, ${(100 * parts).toFixed(1)} % of stretches`);
      if (best === undefined || tracks + parts > best.score) best = { score: tracks + parts, tracks, fitted };
    }
    write(network, lastLayer, best!.fitted, 0);
    return best!.tracks;
  };
  const tracksRight = fitBest(labelled, 'labelled tracks');
  if (music === undefined) return tracksRight;

  const belief = believed(music, options, (x) => network.apply(x, { training: false }));
  const all = stretches(belief);
  const some: Pack = { ...all, tracks: all.tracks.filter((_, index) => index % EVERY === 0) };
  const behind = (sound: Sound): Hearing => through(sound, options, train.frontEnd.bands, seed);
  const unlabelled = [
    listen(some, ofAStretch, options, beliefOf),
    listen(spliced(belief, options.blockColumns, seed), afterAChange, options, beliefOf),
    ...[OVER_LINES, IN_ROOMS].map((sound) => counted(listen(some, ofAStretch, behind(sound), beliefOf), POOR)),
  ];
  return fitBest(together([labelled, counted(listenToAll(behind(ANY_SOUND)), POOR), ...unlabelled]), 'and poorer sound, and unlabelled music');
}

/** Puts a regression into the outputs of the last layer from `first` on. */
export function write(network: Trainable, lastLayer: number, { kernel, bias }: Regression, first: number): void {
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

/** Every block of every item, item by item. */
function items(network: Trainable, pack: Pack, truth: (track: Track) => Belief | undefined, options: HeadOptions, progress: Progress): Heard[] {
  const lengths: number[] = [];
  const all = rowsOf(network, pack, truth, (blocks) => {
    lengths.push(blocks);
    return everyBlock(blocks);
  }, options, options.lastLayer, progress);
  let first = 0;
  return lengths.map((blocks): Heard => {
    const heard: Heard = { truth: argmax(all.beliefs[first]!), values: all.values.subarray(first * all.width, (first + blocks) * all.width), width: all.width };
    first += blocks;
    return heard;
  });
}

/** As `trackAccuracy`, with the regression as the last layer. */
function rightOf(heard: readonly Heard[], regression: Regression): number {
  const labels = regression.bias.length;
  return trackAccuracy(heard.map(({ truth, values, width }): TrackScores => {
    const logScores = new Float32Array((values.length / width) * labels);
    for (let block = 0; block < values.length / width; block++) {
      const logits = logitsOf(regression, values.subarray(block * width, (block + 1) * width));
      const highest = Math.max(...logits);
      const log = highest + Math.log(logits.reduce((total, logit) => total + Math.exp(logit - highest), 0));
      logScores.set(logits.map((logit) => logit - log), block * labels);
    }
    return { truth, logScores };
  }), labels);
}

/** Each row with the logits of the tags behind it. */
function withTags({ values, width, beliefs }: Rows, tags: TagMap): Rows {
  const count = tags.names.length;
  const inputs = tags.kernel.length / count;
  const wider = new Float32Array(beliefs.length * (width + count));
  for (let row = 0; row < beliefs.length; row++) {
    const own = values.subarray(row * width, (row + 1) * width);
    wider.set(own, row * (width + count));
    wider.set(logitsOf(tags, own.subarray(0, inputs)), row * (width + count) + width);
  }
  return { values: wider, width: width + count, beliefs };
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
