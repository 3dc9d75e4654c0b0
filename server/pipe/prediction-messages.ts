/** Builds the messages of a stream; each is encoded as JSON once, however many connections receive it. */
import type { ClassifiedBlock } from './engine.js';
import { encodeMessage, type EncodedMessage } from '../protocol/encoded-message.js';
import type { Columns, Prediction } from '../protocol/messages.js';
import { round, Segments } from './segments.js';
import { Stretches } from './stretches.js';
import type { Smoothed } from './smoothing.js';
import type { NamedTags, Tags } from './tags.js';

/** A block with its scores and the smoothed result after it. */
export interface SmoothedBlock extends ClassifiedBlock {
  /** [labels] probabilities of this block alone; a view, valid during the call. */
  readonly probabilities: Float32Array;
  /** [music, speech, noise] probabilities of this block alone; a view, valid during the call. Undefined if the model has no such outputs. */
  readonly kinds: Float32Array | undefined;
  /** Probability that this block alone is music of none of the labels. Undefined if the model has no such output. */
  readonly outside: number | undefined;
  /** [tags] probabilities of this block alone; a view, valid during the call. Undefined if the model has no such outputs. */
  readonly tags: Float32Array | undefined;
  readonly shown: Smoothed;
}

const DEFAULT_TOP_K = 5;
const NO_TAGS: NamedTags = { tags: [] };

export interface PredictionMessagesOptions {
  /** Labels in each prediction. */
  readonly topK?: number | undefined;
  /** The tags of the stream; undefined if they were not asked for. */
  readonly tags?: Tags | undefined;
  /** Lowest probability at which the summary names a genre. */
  readonly unknownBelow?: number | undefined;
  /** Where to continue a stream after its shard died. */
  readonly seq?: number;
  readonly fromMs?: number;
  readonly droppedMs?: number;
  /** Gets the stretches of a file; without it there are none. */
  readonly onStretch?: ((message: EncodedMessage) => void) | undefined;
}

/** Faults of a stream's audio so far. */
export interface SoundFaults {
  readonly clippedSamples: number;
  readonly badPackets: number;
}

/** The messages of one stream. */
export class PredictionMessages {
  readonly #labels: readonly string[];
  readonly #topK: number;
  readonly #tags: Tags | undefined;
  readonly #segments: Segments;
  readonly #stretches: Stretches | undefined;
  readonly #droppedBeforeMs: number;
  readonly #remaining: Float32Array;
  seq: number;
  droppedMs: number;

  constructor(labels: readonly string[], maxSegments: number, { topK = DEFAULT_TOP_K, tags, unknownBelow = 0, seq = 0, fromMs = 0, droppedMs = 0, onStretch }: PredictionMessagesOptions) {
    this.#labels = labels;
    this.#topK = Math.min(topK, labels.length);
    this.#tags = tags;
    this.#segments = new Segments(labels, maxSegments, { fromMs, unknownBelow });
    this.#stretches = onStretch && new Stretches(labels, (stretch) => onStretch(encodeMessage(stretch)), { fromMs, unknownBelow });
    this.#droppedBeforeMs = droppedMs;
    this.#remaining = new Float32Array(labels.length);
    this.seq = seq;
    this.droppedMs = droppedMs;
  }

  /** Emits the prediction of a block, and its `columns` message if it has a picture. */
  block({ block, probabilities, tags, shown, lagMs, droppedMs }: SmoothedBlock, faults: SoundFaults, emit: (message: EncodedMessage) => void): void {
    this.seq++;
    this.droppedMs = this.#droppedBeforeMs + droppedMs;
    const atMs = round(block.atMs, 1);
    const genre = shown.genre === null ? null : this.#labels[shown.genre]!;
    const heard = { atMs: block.atMs, state: shown.state, genre, p: shown.p, countsAsMusic: shown.countsAsMusic, isOutside: shown.isOutside, probabilities };
    this.#segments.push(heard);
    this.#stretches?.push(heard);
    if (this.#tags && tags && shown.countsAsMusic) this.#tags.push(tags, shown.musicBlocks);
    emit(encodeMessage({
      type: 'prediction',
      seq: this.seq,
      atMs,
      state: shown.state,
      genre,
      p: round(shown.p, 4),
      top: shown.isMusic ? this.#top(shown.probabilities) : [],
      music: shown.state === 'silence' ? 0 : round(shown.music, 4),
      ...(shown.isMusic && shown.outside !== undefined && { outside: round(shown.outside, 4) }),
      ...(this.#tags && (shown.isMusic && shown.state !== 'warming' ? this.#tags.name() : NO_TAGS)),
      level: round(block.rmsDb, 1),
      peak: round(block.peakDb, 1),
      lagMs: round(lagMs, 1),
      droppedMs: round(this.droppedMs, 1),
      ...nonZero(faults),
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

  summary(durationMs: number, faults: SoundFaults): EncodedMessage {
    this.#stretches?.end(durationMs);
    return encodeMessage({ ...this.#segments.summary(durationMs), ...this.#tags?.summary(), ...nonZero(faults) });
  }

  /** The best labels, best first; ties in the model's order. */
  #top(probabilities: Float32Array): [label: string, p: number][] {
    const top: [label: string, p: number][] = [];
    const remaining = this.#remaining;
    remaining.set(probabilities);
    while (top.length < this.#topK) {
      let best = 0;
      for (let label = 1; label < remaining.length; label++) if (remaining[label]! > remaining[best]!) best = label;
      top.push([this.#labels[best]!, round(remaining[best]!, 4)]);
      remaining[best] = -1;
    }
    return top;
  }
}

/** The counts that are not 0. */
function nonZero({ clippedSamples, badPackets }: SoundFaults): Partial<SoundFaults> {
  return { ...(clippedSamples > 0 && { clippedSamples }), ...(badPackets > 0 && { badPackets }) };
}

function base64(bytes: Uint8Array | Int8Array): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
}
