/**
 * Merges predictions into segments (stretches with one state and genre) and into the summary of the
 * whole stream. Memory is bounded, because a stream may run for months.
 */
import type { Segment, StreamState, Summary } from '../protocol/messages.js';
import { MIN_PROBABILITY } from './smoothing.js';

/** The smoothed result after a block, and the probabilities of that block alone. */
export interface SegmentBlock {
  readonly atMs: number;
  readonly state: StreamState;
  readonly genre: string | null;
  readonly p: number;
  /** False for blocks that are too quiet or not music. */
  readonly countsAsMusic: boolean;
  /** Whether it is shown as music of none of the labels. */
  readonly isOutside?: boolean;
  /** [labels] unsmoothed. */
  readonly probabilities: ArrayLike<number>;
}

interface OpenSegment {
  readonly fromMs: number;
  toMs: number;
  readonly genre: string | null;
  readonly state: StreamState;
  sum: number;
  blocks: number;
}

/**
 * The segments of one stream. Warm-up is part of the segment that follows; a segment's p is the mean
 * of the smoothed p. The stream's genre is the argmax of the mean log probability over the blocks whose
 * state is music and the warm-up before them; its p is the softmax of those means, and below
 * `unknownBelow` the genre is null. It is null, too, where more blocks of music were shown as music of none
 * of the labels than as music; the ranking is then that of both.
 */
export class Segments {
  readonly #labels: readonly string[];
  readonly #maxSegments: number;
  readonly #unknownBelow: number;
  /** Blocks whose state is music, and the warm-up before them. */
  readonly #music: LogProbabilities;
  /** Blocks shown as music of none of the labels, and the warm-up before them. */
  readonly #outside: LogProbabilities;
  /** The current warm-up. */
  readonly #warmUp: LogProbabilities;
  readonly #done: Segment[] = [];
  #open: OpenSegment | undefined;
  #fromMs: number;
  #atMs: number;

  /**
   * @param fromMs stream time at which the first block starts
   * @param unknownBelow lowest probability at which the summary names a genre
   */
  constructor(labels: readonly string[], maxSegments: number, { fromMs = 0, unknownBelow = 0 } = {}) {
    this.#labels = labels;
    this.#maxSegments = maxSegments;
    this.#unknownBelow = unknownBelow;
    this.#music = new LogProbabilities(labels.length);
    this.#outside = new LogProbabilities(labels.length);
    this.#warmUp = new LogProbabilities(labels.length);
    this.#fromMs = fromMs;
    this.#atMs = fromMs;
  }

  push({ atMs, state, genre, p, countsAsMusic, isOutside = false, probabilities }: SegmentBlock): void {
    if (countsAsMusic && state === 'warming') this.#warmUp.add(probabilities);
    if (countsAsMusic && state === 'music') this.#music.add(probabilities);
    if (countsAsMusic && isOutside) this.#outside.add(probabilities);
    this.#atMs = atMs;
    if (state === 'warming') {
      this.#close();
      return;
    }
    if (state === 'music') this.#music.addAll(this.#warmUp);
    if (isOutside) this.#outside.addAll(this.#warmUp);
    this.#warmUp.clear();
    if (this.#open && (this.#open.state !== state || this.#open.genre !== genre)) this.#close();
    this.#open ??= { fromMs: this.#fromMs, toMs: atMs, genre, state, sum: 0, blocks: 0 };
    this.#open.toMs = atMs;
    this.#open.sum += p;
    this.#open.blocks++;
  }

  /**
   * The last message of the stream.
   * @param durationMs all of its audio; the last segment is extended to it
   */
  summary(durationMs: number): Summary {
    // A stream that ends during warm-up gets one segment with the state `warming`.
    if (!this.#open && this.#atMs > this.#fromMs) {
      this.#open = { fromMs: this.#fromMs, toMs: this.#atMs, genre: null, state: 'warming', sum: 0, blocks: 1 };
    }
    if (this.#open) this.#open.toMs = Math.max(this.#open.toMs, durationMs);
    this.#close();
    const isOutside = this.#outside.blocks > this.#music.blocks;
    const top = this.#top(isOutside ? [this.#music, this.#outside] : [this.#music]);
    const best = top[0];
    const [genre, p] = best && best[1] >= this.#unknownBelow && !isOutside ? best : [null, 0];
    return { type: 'summary', durationMs: round(durationMs, 1), genre, p, top, segments: this.#done };
  }

  #close(): void {
    if (!this.#open) return;
    const { fromMs, toMs, genre, state, sum, blocks } = this.#open;
    this.#done.push({ fromMs: round(fromMs, 1), toMs: round(toMs, 1), genre, p: round(sum / blocks, 4), state });
    if (this.#done.length > this.#maxSegments) this.#done.shift();
    this.#fromMs = toMs;
    this.#open = undefined;
  }

  /** All labels with the softmax of their mean log probabilities, best first; empty without blocks. */
  #top(of: readonly LogProbabilities[]): [label: string, p: number][] {
    const all = new LogProbabilities(this.#labels.length);
    for (const part of of) all.addAll(part);
    if (all.blocks === 0) return [];
    const means = Array.from(all.sums, (sum) => sum / all.blocks);
    const highest = Math.max(...means);
    const weights = means.map((mean) => Math.exp(mean - highest));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return this.#labels
      .map((label, index): [string, number] => [label, round(weights[index]! / sum, 4)])
      .sort(([, a], [, b]) => b - a);
  }
}

/** Sums of the log probabilities of blocks. */
class LogProbabilities {
  readonly sums: Float64Array;
  blocks = 0;

  constructor(labels: number) {
    this.sums = new Float64Array(labels);
  }

  add(probabilities: ArrayLike<number>): void {
    const { sums } = this;
    for (let label = 0; label < sums.length; label++) sums[label] = sums[label]! + Math.log(Math.max(probabilities[label]!, MIN_PROBABILITY));
    this.blocks++;
  }

  addAll({ sums, blocks }: LogProbabilities): void {
    if (blocks === 0) return;
    for (let label = 0; label < sums.length; label++) this.sums[label] = this.sums[label]! + sums[label]!;
    this.blocks += blocks;
  }

  clear(): void {
    if (this.blocks === 0) return;
    this.sums.fill(0);
    this.blocks = 0;
  }
}

/** Rounds to this many decimal digits, to keep messages short. */
export function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
