/** What was heard, as figures: how often right, how soon, how steadily, how honestly. */
import { accuracy, argmax, confusionMatrix, expectedCalibrationError, genreScores, macroF1, median, reliabilityBins, wilson95, type GenreScores, type ReliabilityBin } from '../../models/metrics.js';
import { MIN_PROBABILITY } from '../pipe/smoothing.js';
import type { BlockResult, TrackResult } from './classify-tracks.js';

export const AFTER_S = [1, 2, 3, 5, 10, 20, 30] as const;
/** A right genre counts as found once it has stayed for so long. */
const STAY_MS = 5000;

export interface Figures {
  readonly split: string;
  readonly source: 'levels' | 'audio';
  readonly tracks: number;
  /** A track's genre is the argmax of the mean of its log scores over all of it that counts as music. */
  readonly trackAccuracy: number;
  /** 95 % interval (Wilson). */
  readonly trackAccuracy95: readonly [low: number, high: number];
  /** The same over excerpts of 4 s, each heard alone. */
  readonly segmentAccuracy: number;
  readonly perGenre: Readonly<Record<string, GenreScores>>;
  readonly macroF1: number;
  /** [truth][answer], in the order of the model's labels. */
  readonly confusion: ReadonlyArray<readonly number[]>;
  /** Share of tracks whose smoothed genre is right after so many seconds; while warming up, the leading one. */
  readonly accuracyAfterS: Readonly<Record<string, number>>;
  /** When the shown genre first becomes right and stays right for 5 s: median over the tracks where it does. */
  readonly medianTimeToCorrectMs: number | null;
  /** Changes of the shown genre. */
  readonly flipsPerMinute: number;
  /** Expected calibration error of the reported confidence over all blocks with a genre. */
  readonly ece: number;
  /** The bins behind it, lowest confidence first. */
  readonly calibration: readonly ReliabilityBin[];
}

/** What figures of smoothing go by. */
type Shown = Pick<TrackResult, 'truth' | 'blocks'>;

export function figuresOf(results: readonly TrackResult[], labels: readonly string[], { split, source }: Pick<Figures, 'split' | 'source'>): Figures {
  const truths = results.map(({ truth }) => truth);
  const answers = results.map(({ blocks }) => verdict(blocks, labels.length));
  const confusion = confusionMatrix(truths, answers, labels.length);
  const scores = genreScores(confusion);
  const share = accuracy(truths, answers);
  const excerpts = results.flatMap(({ truth, excerpts: alone }) => alone.map((blocks) => ({ truth, answer: verdict(blocks, labels.length) })));
  return {
    split,
    source,
    tracks: results.length,
    trackAccuracy: share,
    trackAccuracy95: wilson95(share, results.length),
    segmentAccuracy: accuracy(excerpts.map(({ truth }) => truth), excerpts.map(({ answer }) => answer)),
    perGenre: Object.fromEntries(labels.map((label, index) => [label, scores[index]!])),
    macroF1: macroF1(scores),
    confusion,
    accuracyAfterS: Object.fromEntries(AFTER_S.map((seconds) => [String(seconds), accuracyAfter(results, seconds * 1000)])),
    ...steadinessOf(results),
  };
}

/** The part of the figures that depends on smoothing: how soon, how steadily, how honestly. */
export function steadinessOf(results: readonly Shown[]): Pick<Figures, 'medianTimeToCorrectMs' | 'flipsPerMinute' | 'ece' | 'calibration'> {
  const timesMs = results.map(timeToCorrectMs).filter((time) => time !== undefined);
  const minutes = results.reduce((total, { blocks }) => total + (blocks.at(-1)?.atMs ?? 0), 0) / 60_000;
  const { confidences, isRight } = reported(results);
  return {
    medianTimeToCorrectMs: median(timesMs) ?? null,
    flipsPerMinute: minutes > 0 ? results.reduce((total, { blocks }) => total + flips(blocks), 0) / minutes : 0,
    ece: expectedCalibrationError(confidences, isRight),
    calibration: reliabilityBins(confidences, isRight),
  };
}

/** Each reported confidence, block by block, and whether the genre it came with is right. */
export function reported(results: readonly Shown[]): { readonly confidences: number[]; readonly isRight: boolean[] } {
  const judged = results.flatMap(({ truth, blocks }) => blocks.filter(({ shown }) => shown !== null).map(({ shown, p }) => ({ p, isRight: shown === truth })));
  return { confidences: judged.map(({ p }) => p), isRight: judged.map(({ isRight }) => isRight) };
}

/** Share of tracks whose leading genre is right at the last block that ends by `ms`. */
export function accuracyAfter(results: readonly Shown[], ms: number): number {
  return accuracy(results.map(({ truth }) => truth), results.map(({ blocks }) => leadingAt(blocks, ms)));
}

/** Argmax of the mean log score of the blocks that count, as for what is shown live; of all where none does. */
export function verdict(blocks: readonly BlockResult[], labels: number): number {
  const sums = new Float64Array(labels);
  const music = blocks.filter(({ counts }) => counts);
  for (const { probabilities } of music.length > 0 ? music : blocks) {
    for (let label = 0; label < labels; label++) sums[label]! += Math.log(Math.max(probabilities[label]!, MIN_PROBABILITY));
  }
  return argmax(sums);
}

/** The leading genre at the last block that ends by `ms`; -1 for none. */
function leadingAt(blocks: readonly BlockResult[], ms: number): number {
  return blocks.findLast(({ atMs }) => atMs <= ms)?.leading ?? -1;
}

function timeToCorrectMs({ truth, blocks }: Shown): number | undefined {
  let sinceMs: number | undefined;
  for (const { atMs, shown } of blocks) {
    if (shown !== truth) {
      sinceMs = undefined;
      continue;
    }
    sinceMs ??= atMs;
    if (atMs - sinceMs >= STAY_MS) return sinceMs;
  }
  return undefined;
}

/** Changes of the shown genre, also across a stretch that shows none. */
export function flips(blocks: readonly BlockResult[]): number {
  const genres = blocks.map(({ shown }) => shown).filter((shown) => shown !== null);
  return genres.filter((genre, index) => index > 0 && genre !== genres[index - 1]).length;
}
