/** Figures from classified tracks: accuracy, delay, stability and calibration. */
import { accuracy, argmax, confusionMatrix, expectedCalibrationError, genreScores, macroF1, median, reliabilityBins, wilson95, type GenreScores, type ReliabilityBin } from '../../models/metrics.js';
import { MIN_PROBABILITY } from '../pipe/smoothing.js';
import type { BlockResult, TrackResult } from './classify-tracks.js';

export const AFTER_S = [1, 2, 3, 5, 10, 20, 30] as const;
/** The correct genre counts as found when it stays for this long. */
const STAY_MS = 5000;

export interface Figures {
  /** Name of the data folder. */
  readonly data: string;
  readonly split: string;
  readonly source: 'levels' | 'audio';
  readonly tracks: number;
  /** A track is classified by the argmax of its mean log scores over all blocks that count as music. */
  readonly trackAccuracy: number;
  /** 95 % interval (Wilson). */
  readonly trackAccuracy95: readonly [low: number, high: number];
  /** Accuracy over 4 s excerpts, each classified on its own. */
  readonly segmentAccuracy: number;
  readonly perGenre: Readonly<Record<string, GenreScores>>;
  readonly macroF1: number;
  /** [truth][answer], in the order of the model's labels. */
  readonly confusion: ReadonlyArray<readonly number[]>;
  /** Key: seconds. Share of tracks whose smoothed genre is correct at that time; during the warm-up the leading genre counts. */
  readonly accuracyAfterS: Readonly<Record<string, number>>;
  /**
   * Time at which the shown genre becomes correct and stays so for 5 s: median over the tracks where it
   * does; null if there are none.
   */
  readonly medianTimeToCorrectMs: number | null;
  /** Changes of the shown genre per minute. */
  readonly flipsPerMinute: number;
  /** Expected calibration error of the reported confidence over all blocks that show a genre. */
  readonly ece: number;
  /** Its reliability bins, lowest confidence first. */
  readonly calibration: readonly ReliabilityBin[];
}

/** Input of the figures that depend on smoothing. */
type Shown = Pick<TrackResult, 'truth' | 'blocks'>;

export function figuresOf(results: readonly TrackResult[], labels: readonly string[], { data, split, source }: Pick<Figures, 'data' | 'split' | 'source'>): Figures {
  const truths = results.map(({ truth }) => truth);
  const answers = results.map(({ blocks }) => verdict(blocks, labels.length));
  const confusion = confusionMatrix(truths, answers, labels.length);
  const scores = genreScores(confusion);
  const share = accuracy(truths, answers);
  const excerpts = results.flatMap(({ truth, excerpts: alone }) => alone.map((blocks) => ({ truth, answer: verdict(blocks, labels.length) })));
  return {
    data,
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

/** The figures that depend on smoothing: delay, stability and calibration. */
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

/** Reported confidence of each block that shows a genre, and whether that genre is correct. */
export function reported(results: readonly Shown[]): { readonly confidences: number[]; readonly isRight: boolean[] } {
  const judged = results.flatMap(({ truth, blocks }) => blocks.filter(({ shown }) => shown !== null).map(({ shown, p }) => ({ p, isRight: shown === truth })));
  return { confidences: judged.map(({ p }) => p), isRight: judged.map(({ isRight }) => isRight) };
}

/** Share of tracks whose leading genre is correct at the last block that ends by `ms`. */
export function accuracyAfter(results: readonly Shown[], ms: number): number {
  return accuracy(results.map(({ truth }) => truth), results.map(({ blocks }) => leadingAt(blocks, ms)));
}

/** Classifies a track: argmax of the mean log score of the blocks that count as music, or of all blocks if none does. */
export function verdict(blocks: readonly BlockResult[], labels: number): number {
  const sums = new Float64Array(labels);
  const music = blocks.filter(({ counts }) => counts);
  for (const { probabilities } of music.length > 0 ? music : blocks) {
    for (let label = 0; label < labels; label++) sums[label]! += Math.log(Math.max(probabilities[label]!, MIN_PROBABILITY));
  }
  return argmax(sums);
}

/** Leading genre at the last block that ends by `ms`; -1 if there is none. */
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

/** Number of changes of the shown genre; blocks without a genre in between are skipped. */
export function flips(blocks: readonly BlockResult[]): number {
  const genres = blocks.map(({ shown }) => shown).filter((shown) => shown !== null);
  return genres.filter((genre, index) => index > 0 && genre !== genres[index - 1]).length;
}
