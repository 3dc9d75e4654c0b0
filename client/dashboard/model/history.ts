/**
 * Timeline of the last minutes of a stream, in stretches of one content and genre, built from its
 * predictions in stream time. A gap in the predictions becomes a stretch with content `missed`.
 */
import type { Prediction } from '../../../server/protocol/messages.js';
import { contentOf, type AudioContent } from './audio-content.js';

export interface Stretch {
  readonly content: AudioContent | 'missed';
  readonly genre: string | null;
  readonly fromMs: number;
  toMs: number;
  /** Mean confidence over its blocks, 0 to 1. */
  p: number;
  blocks: number;
}

/** Spans of the timeline, ms: it shows the shortest one that holds the history. */
const SPANS_MS = [60_000, 120_000, 300_000] as const;
export const LONGEST_SPAN_MS = 300_000;

export class History {
  readonly #blockMs: number;
  #stretches: Stretch[] = [];
  #endMs = 0;

  constructor(blockMs: number) {
    this.#blockMs = blockMs;
  }

  /** Oldest first, without gaps. */
  get stretches(): readonly Stretch[] { return this.#stretches; }

  /** Stream time of the newest prediction, ms. */
  get endMs(): number { return this.#endMs; }

  get startMs(): number { return this.#stretches[0]?.fromMs ?? this.#endMs; }

  get spanMs(): number {
    return SPANS_MS.find((span) => span >= this.#endMs - this.startMs) ?? LONGEST_SPAN_MS;
  }

  push(prediction: Prediction): void {
    const { atMs, genre, p } = prediction;
    const content = contentOf(prediction);
    if (this.#stretches.length > 0 && atMs <= this.#endMs) return; // repeated after a resume
    const last = this.#stretches.at(-1);
    const isFollowing = last !== undefined && atMs - this.#endMs < 1.5 * this.#blockMs;
    if (last && !isFollowing) {
      this.#stretches.push({ content: 'missed', genre: null, fromMs: this.#endMs, toMs: atMs - this.#blockMs, p: 0, blocks: 0 });
    }
    if (isFollowing && last.content === content && last.genre === genre) {
      last.toMs = atMs;
      last.p += (p - last.p) / (last.blocks += 1);
    } else {
      this.#stretches.push({ content, genre, fromMs: isFollowing ? this.#endMs : Math.max(0, atMs - this.#blockMs), toMs: atMs, p, blocks: 1 });
    }
    this.#endMs = atMs;
    this.#dropBefore(atMs - LONGEST_SPAN_MS);
  }

  /** How long the newest stretch has lasted, ms. */
  get currentMs(): number {
    const last = this.#stretches.at(-1);
    return last ? last.toMs - last.fromMs : 0;
  }

  #dropBefore(beforeMs: number): void {
    const first = this.#stretches.findIndex(({ toMs }) => toMs > beforeMs);
    if (first > 0) this.#stretches.splice(0, first);
  }
}
