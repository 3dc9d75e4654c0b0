/** What is said of a stream: each message made and written as JSON once, however many read it. */
import type { ClassifiedBlock } from './engine.js';
import { encodeMessage, type EncodedMessage } from '../protocol/encoded-message.js';
import type { Columns, Prediction } from '../protocol/messages.js';
import { round, Segments } from './segments.js';
import type { Smoothed } from './smoothing.js';

/** A block with its scores and what is shown after it. */
export interface SmoothedBlock extends ClassifiedBlock {
  /** [labels] of this block alone; a view, valid during the call. */
  readonly probabilities: Float32Array;
  /** [music, speech, noise] of this block alone, likewise; undefined where the model can't tell. */
  readonly kinds: Float32Array | undefined;
  readonly shown: Smoothed;
}

const DEFAULT_TOP_K = 5;

export interface PredictionMessagesOptions {
  /** Labels in each prediction. */
  readonly topK?: number | undefined;
  /** Probability that the genre of the whole must reach. */
  readonly unknownBelow?: number | undefined;
  /** Where a stream goes on after its shard died. */
  readonly seq?: number;
  readonly fromMs?: number;
  readonly droppedMs?: number;
}

/** Speaks for one stream. */
export class PredictionMessages {
  readonly #labels: readonly string[];
  readonly #topK: number;
  readonly #segments: Segments;
  readonly #droppedBeforeMs: number;
  readonly #left: Float32Array;
  seq: number;
  droppedMs: number;

  constructor(labels: readonly string[], maxSegments: number, { topK = DEFAULT_TOP_K, unknownBelow = 0, seq = 0, fromMs = 0, droppedMs = 0 }: PredictionMessagesOptions) {
    this.#labels = labels;
    this.#topK = Math.min(topK, labels.length);
    this.#segments = new Segments(labels, maxSegments, { fromMs, unknownBelow });
    this.#droppedBeforeMs = droppedMs;
    this.#left = new Float32Array(labels.length);
    this.seq = seq;
    this.droppedMs = droppedMs;
  }

  /** The prediction of a block, and its picture where it has one. */
  block({ block, probabilities, shown, lagMs, droppedMs }: SmoothedBlock, emit: (message: EncodedMessage) => void): void {
    this.seq++;
    this.droppedMs = this.#droppedBeforeMs + droppedMs;
    const atMs = round(block.atMs, 1);
    const genre = shown.genre === null ? null : this.#labels[shown.genre]!;
    this.#segments.push({ atMs: block.atMs, state: shown.state, genre, p: shown.p, countsAsMusic: shown.countsAsMusic, probabilities });
    emit(encodeMessage({
      type: 'prediction',
      seq: this.seq,
      atMs,
      state: shown.state,
      genre,
      p: round(shown.p, 4),
      top: shown.isMusic ? this.#top(shown.probabilities) : [],
      music: shown.state === 'silence' ? 0 : round(shown.music, 4),
      level: round(block.rmsDb, 1),
      peak: round(block.peakDb, 1),
      lagMs: round(lagMs, 1),
      droppedMs: round(this.droppedMs, 1),
    } satisfies Prediction));
    if (!block.picture) return;
    emit(encodeMessage({
      type: 'columns',
      seq: this.seq,
      atMs,
      levels: base64(block.picture.levels),
      peaks: base64(block.picture.peaks),
    } satisfies Columns));
  }

  summary(durationMs: number): EncodedMessage {
    return encodeMessage(this.#segments.summary(durationMs));
  }

  /** The best labels, best first; equal ones in the model's order. */
  #top(probabilities: Float32Array): [label: string, p: number][] {
    const top: [label: string, p: number][] = [];
    const left = this.#left;
    left.set(probabilities);
    while (top.length < this.#topK) {
      let best = 0;
      for (let label = 1; label < left.length; label++) if (left[label]! > left[best]!) best = label;
      top.push([this.#labels[best]!, round(left[best]!, 4)]);
      left[best] = -1;
    }
    return top;
  }
}

function base64(bytes: Uint8Array | Int8Array): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
}
