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
 * of the smoothed p. The stream's genre is the argmax of the mean log probability over all blocks of
 * music; its p is the softmax of those means, and below `unknownBelow` the genre is null.
 */
export class Segments {
  readonly #labels: readonly string[];
  readonly #maxSegments: number;
  readonly #unknownBelow: number;
  readonly #scores: Float64Array;
  readonly #done: Segment[] = [];
  #open: OpenSegment | undefined;
  #scored = 0;
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
    this.#scores = new Float64Array(labels.length);
    this.#fromMs = fromMs;
    this.#atMs = fromMs;
  }

  push({ atMs, state, genre, p, countsAsMusic, probabilities }: SegmentBlock): void {
    if (countsAsMusic) this.#score(probabilities);
    this.#atMs = atMs;
    if (state === 'warming') {
      this.#close();
      return;
    }
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
    const top = this.#top();
    const best = top[0];
    const [genre, p] = best && best[1] >= this.#unknownBelow ? best : [null, 0];
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

  #score(probabilities: ArrayLike<number>): void {
    const scores = this.#scores;
    for (let label = 0; label < scores.length; label++) {
      scores[label] = scores[label]! + Math.log(Math.max(probabilities[label]!, MIN_PROBABILITY));
    }
    this.#scored++;
  }

  /** All labels with the softmax of their mean log probabilities, best first; empty when nothing was scored. */
  #top(): [label: string, p: number][] {
    if (this.#scored === 0) return [];
    const means = Array.from(this.#scores, (score) => score / this.#scored);
    const highest = Math.max(...means);
    const weights = means.map((mean) => Math.exp(mean - highest));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return this.#labels
      .map((label, index): [string, number] => [label, round(weights[index]! / sum, 4)])
      .sort(([, a], [, b]) => b - a);
  }
}

/** Rounds to this many decimal digits, to keep messages short. */
export function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
