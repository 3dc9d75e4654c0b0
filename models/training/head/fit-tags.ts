/**
 * Fits the outputs for tags on frozen layers: linear regression of the teachers' log odds on the inputs of the
 * last layer at the end of each teacher's window (distillation of a linear head). Held-out music, of which neither
 * pretraining nor this fit has learned and whose collections this fit does not know, decides which tags the network
 * can tell, and gives each output the scale and offset with which its logistic function is a probability.
 */
import { auroc, quantile } from '../../metrics.js';
import type { ModelTag } from '../../manifest.js';
import { collectionFolds } from '../data/protocols.js';
import type { Teacher } from '../data/teacher.js';
import type { FrozenLayers } from '../network/frozen.js';
import type { Progress } from '../progress.js';
import { fitScale } from './platt.js';
import { standardise, logitsOf, type Regression } from './regression.js';
import { momentsOf, ridge, sumOf, type Moments } from './ridge.js';
import { answeredTags, has, modelTag, type AnsweredTag } from './tag-answers.js';
import { windowRows, type WindowRowOptions } from './window-rows.js';

/** Held-out windows, and tracks they come from, that must have a tag for it to be judged. */
const LEAST_WINDOWS = 30;
const LEAST_TRACKS = 8;
const LEAST_AUROC = 0.85;
const PENALTY = 0.5;
const FOLDS = 5;

/** What was measured of a tag on held-out music. */
export interface JudgedTag {
  readonly tag: AnsweredTag;
  /** Held-out windows that have it, and the tracks that they come from. */
  readonly windows: number;
  readonly tracks: number;
  /** Undefined if too few windows or tracks have it. */
  readonly auroc: number | undefined;
  readonly isKept: boolean;
}

export interface FittedTags {
  readonly tags: readonly ModelTag[];
  readonly fitted: Regression;
  readonly judged: readonly JudgedTag[];
}

export interface TagOptions extends WindowRowOptions {
  readonly labels: readonly string[];
  /** Tags kept at most, the best ones: each makes the last layer dearer. */
  readonly mostTags: number;
}

/** @throws Error if no tag of the vocabulary can be told well enough */
export function fitTags(layers: FrozenLayers, teacher: Teacher, options: TagOptions, progress: Progress): FittedTags {
  const tags = answeredTags(teacher, options.labels);
  if (tags.length === 0) throw new Error('The teacher has no named tags that this code knows (tag-vocabulary.ts), or no tags.json.');
  const rows = windowRows(layers, teacher, options, progress);
  const { values, mean, deviation } = standardise({ ...rows, softLabels: rows.windows.map(() => []) });
  const { width } = rows;
  const folds = collectionFolds(teacher, FOLDS);
  const of = (wanted: (row: number) => boolean): number[] => rows.windows.flatMap((_, row) => (wanted(row) ? [row] : []));
  const moments = (selected: readonly number[]): Moments => {
    const own = new Float32Array(selected.length * width);
    const targets = new Float32Array(selected.length * tags.length);
    selected.forEach((row, index) => {
      own.set(values.subarray(row * width, (row + 1) * width), index * width);
      tags.forEach(({ logOdds }, tag) => { targets[index * tags.length + tag] = logOdds[rows.windows[row]!]!; });
    });
    return momentsOf(own, width, floored(targets, tags.length), tags.length);
  };
  const learned = Array.from({ length: FOLDS }, (_, fold) => moments(of((row) => folds[rows.tracks[row]!] === fold && !rows.heldOut[row]!)));
  const heldOut = of((row) => rows.heldOut[row]!);
  const scores: Float64Array[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    progress.log(`tags: fitting without the collections of part ${fold + 1} of ${FOLDS}`);
    const without = ridge(sumOf(learned.filter((_, index) => index !== fold)), PENALTY);
    heldOut.forEach((row, index) => {
      if (folds[rows.tracks[row]!] === fold) scores[index] = logitsOf(without, values.subarray(row * width, (row + 1) * width));
    });
  }
  const judged = judge(tags, heldOut.map((row) => ({ window: rows.windows[row]!, track: rows.tracks[row]! })), scores, options.mostTags);
  for (const line of table(judged)) progress.log(line);
  const kept = judged.flatMap(({ isKept }, index) => (isKept ? [index] : []));
  if (kept.length === 0) throw new Error('The network can not tell any of the tags on held-out music.');
  const all = ridge(sumOf([...learned, moments(heldOut)]), PENALTY);
  const fitted = standing(all, kept.map((tag) => ({ tag, ...fitScale(scores.map((own) => own[tag]!), heldOut.map((row) => has(tags[tag]!, rows.windows[row]!))) })), mean, deviation);
  return { tags: kept.map((tag) => modelTag(tags[tag]!)), fitted, judged };
}

function judge(tags: readonly AnsweredTag[], rows: ReadonlyArray<{ readonly window: number; readonly track: number }>, scores: readonly Float64Array[], mostTags: number): JudgedTag[] {
  const measured = tags.map((tag, index) => {
    const isPositive = rows.map(({ window }) => has(tag, window));
    const windows = isPositive.filter(Boolean).length;
    const tracks = new Set(rows.flatMap(({ track }, row) => (isPositive[row] ? [track] : []))).size;
    const area = windows < LEAST_WINDOWS || tracks < LEAST_TRACKS ? undefined : auroc(scores.flatMap((own, row) => (isPositive[row] ? [own[index]!] : [])), scores.flatMap((own, row) => (isPositive[row] ? [] : [own[index]!])));
    return { tag, windows, tracks, auroc: area };
  });
  const least = Math.max(LEAST_AUROC, measured.map(({ auroc: area = 0 }) => area).sort((a, b) => b - a)[mostTags - 1] ?? 0);
  return measured.map((one) => ({ ...one, isKept: (one.auroc ?? 0) >= least }));
}

/** One line per tag, best first. */
function table(judged: readonly JudgedTag[]): string[] {
  const sorted = [...judged].sort((a, b) => (b.auroc ?? 0) - (a.auroc ?? 0));
  return sorted.map(({ tag, windows, tracks, auroc: area, isKept }) => `tags: ${isKept ? 'kept   ' : 'dropped'} ${tag.name.padEnd(18)} AUROC ${area === undefined ? 'none ' : area.toFixed(3)}, ${windows} held-out windows of ${tracks} tracks have it (${tag.from.join(', ')})`);
}

/** Answers below a tag's median count as the median: how little of a tag there is teaches nothing. In place. */
function floored(targets: Float32Array, count: number): Float32Array {
  const rows = targets.length / count;
  for (let tag = 0; tag < count; tag++) {
    const least = quantile(Array.from({ length: rows }, (_, row) => targets[row * count + tag]!), 0.5) ?? 0;
    for (let row = 0; row < rows; row++) targets[row * count + tag] = Math.max(targets[row * count + tag]!, least);
  }
  return targets;
}

/** The kept outputs, scaled and shifted, for values that are not standardised. */
function standing({ kernel, bias }: Regression, kept: ReadonlyArray<{ readonly tag: number; readonly scale: number; readonly offset: number }>, mean: Float64Array, deviation: Float64Array): Regression {
  const tags = bias.length;
  const own = new Float32Array(mean.length * kept.length);
  const shifts = Float32Array.from(kept, ({ tag, scale, offset }) => scale * bias[tag]! + offset);
  for (let value = 0; value < mean.length; value++) {
    kept.forEach(({ tag, scale }, index) => {
      const weight = (scale * kernel[value * tags + tag]!) / deviation[value]!;
      own[value * kept.length + index] = weight;
      shifts[index] = shifts[index]! - weight * mean[value]!;
    });
  }
  return { kernel: own, bias: shifts };
}
