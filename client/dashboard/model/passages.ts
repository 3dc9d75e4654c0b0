/**
 * Timeline of a station in wall-clock time: contiguous passages, loaded from the server's history and
 * extended by live predictions.
 */
import type { Prediction, StationState, StreamState } from '../../../server/protocol/messages.js';
import { labelName, percent } from './format.js';
import { contentOf, CONTENT_NAMES, type AudioContent } from './audio-content.js';
import { STATE_NAMES, timeOfDay } from './station-words.js';

/** Why there was no audio: the station's state, or `missed` if nothing was recorded. */
export type NoAudio = Exclude<StationState, 'live' | 'silent'> | 'missed';

export interface Passage {
  readonly content: AudioContent | NoAudio;
  readonly genre: string | null;
  /** Title that the source reported. */
  readonly title: string | null;
  /** Why there was no audio, in a sentence. */
  readonly reason: string | null;
  /** ms since 1970. */
  readonly fromMs: number;
  toMs: number;
  /** Mean confidence, 0 to 1. */
  p: number;
  /** Blocks counted in `p`; 0 for a passage from the history. */
  blocks: number;
}

/** The fields of `GET /v1/stations/ID/history` that passages are built from. Times are ISO 8601. */
export interface StationHistory {
  readonly from: string;
  readonly to: string;
  readonly segments: readonly { readonly from: string; readonly to: string; readonly state: StreamState; readonly genre: string | null; readonly p: number; readonly nowPlaying: string | null }[];
  readonly states: readonly { readonly from: string; readonly to: string | null; readonly state: StationState; readonly reason: string | null }[];
}

/** Shorter gaps are network jitter, or data that the history has not stored yet, and are closed. */
const MIN_GAP_MS = 6000;

export class Passages {
  readonly #spanMs: number;
  #all: Passage[] = [];
  #title: string | null = null;

  /** @param spanMs how far back passages are stored */
  constructor(spanMs: number) {
    this.#spanMs = spanMs;
  }

  /** Oldest first. */
  get all(): readonly Passage[] { return this.#all; }

  get last(): Passage | undefined { return this.#all.at(-1); }

  /** Duration of the newest passage, ms. */
  get currentMs(): number {
    const { last } = this;
    return last ? last.toMs - last.fromMs : 0;
  }

  /** Replaces everything up to the end of the history; live passages that begin later stay. */
  load(history: StationHistory): void {
    const toMs = Date.parse(history.to);
    const live = this.#all.filter((passage) => passage.fromMs >= toMs);
    this.#all = [];
    const gaps = history.states.filter(({ state }) => state !== 'live' && state !== 'silent');
    for (const segment of history.segments) {
      const fromMs = Math.max(Date.parse(segment.from), this.last?.toMs ?? 0);
      if (Date.parse(segment.to) <= fromMs) continue;
      this.#fill(Date.parse(history.from), fromMs, gaps);
      const { state, genre, p, nowPlaying: title } = segment;
      this.#add({ content: state === 'unknown' && genre === null ? 'noise' : state, genre, title, reason: null, fromMs, toMs: Date.parse(segment.to), p, blocks: 0 });
    }
    this.#fill(Date.parse(history.from), toMs, gaps);
    for (const passage of live) this.#add(passage);
  }

  /** Adds one live block. @param atMs its end, ms since 1970 */
  push(prediction: Prediction, blockMs: number, atMs: number): void {
    const content = contentOf(prediction);
    const { genre, p } = prediction;
    const last = this.last;
    const isFollowing = last !== undefined && atMs - blockMs - last.toMs < MIN_GAP_MS;
    if (last && atMs <= last.toMs) return;
    if (last && !isFollowing) this.#add({ content: 'missed', genre: null, title: null, reason: null, fromMs: last.toMs, toMs: atMs - blockMs, p: 0, blocks: 0 });
    if (isFollowing && last.content === content && last.genre === genre && last.title === this.#title) {
      const blocks = last.blocks || Math.max(1, Math.round((last.toMs - last.fromMs) / blockMs));
      last.p += (p - last.p) / (blocks + 1);
      last.blocks = blocks + 1;
      last.toMs = atMs;
    } else {
      this.#add({ content, genre, title: this.#title, reason: null, fromMs: isFollowing ? last.toMs : this.last?.toMs ?? atMs - blockMs, toMs: atMs, p, blocks: 1 });
    }
    this.#dropBefore(atMs - this.#spanMs);
  }

  /** Takes over the station's current state and title; a state without audio extends the timeline to now. @param atMs now, ms since 1970 */
  setState(state: StationState, nowPlaying: string | null, reason: string | null, atMs: number): void {
    this.#title = nowPlaying;
    if (state === 'live' || state === 'silent') return;
    const last = this.last;
    if (last && atMs <= last.toMs) return;
    if (last?.content === state && last.reason === reason) last.toMs = atMs;
    else this.#add({ content: state, genre: null, title: null, reason, fromMs: last?.toMs ?? atMs - 1000, toMs: atMs, p: 0, blocks: 0 });
    this.#dropBefore(atMs - this.#spanMs);
  }

  /** Fills the time up to `toMs` with the states without audio, and the rest with `missed`. */
  #fill(fromMs: number, toMs: number, gaps: StationHistory['states']): void {
    const startMs = this.last?.toMs ?? fromMs;
    if (toMs - startMs < MIN_GAP_MS) {
      if (this.last && toMs > startMs) this.last.toMs = toMs;
      return;
    }
    for (const gap of gaps) {
      const beginMs = Math.max(startMs, Date.parse(gap.from), this.last?.toMs ?? 0);
      const endMs = Math.min(toMs, gap.to === null ? toMs : Date.parse(gap.to));
      if (endMs <= beginMs) continue;
      this.#addMissed(startMs, beginMs);
      this.#add({ content: gap.state as NoAudio, genre: null, title: null, reason: gap.reason, fromMs: this.#end(startMs), toMs: endMs, p: 0, blocks: 0 });
    }
    this.#addMissed(startMs, toMs);
  }

  #addMissed(startMs: number, toMs: number): void {
    const fromMs = this.#end(startMs);
    if (toMs > fromMs) this.#add({ content: 'missed', genre: null, title: null, reason: null, fromMs, toMs, p: 0, blocks: 0 });
  }

  #end(startMs: number): number {
    return Math.max(startMs, this.last?.toMs ?? 0);
  }

  /** Appends a passage, or extends the last one if it differs only in time and confidence. */
  #add(passage: Passage): void {
    const { last } = this;
    if (last && last.toMs === passage.fromMs && last.content === passage.content && last.genre === passage.genre && last.title === passage.title && last.reason === passage.reason) {
      const [one, other] = [last.toMs - last.fromMs, passage.toMs - passage.fromMs];
      last.p = (last.p * one + passage.p * other) / (one + other);
      last.toMs = passage.toMs;
    } else this.#all.push(passage);
  }

  #dropBefore(beforeMs: number): void {
    const first = this.#all.findIndex(({ toMs }) => toMs > beforeMs);
    if (first > 0) this.#all.splice(0, first);
  }
}

const AUDIO_CONTENTS: readonly string[] = Object.keys(CONTENT_NAMES);

export function isAudioContent(content: Passage['content']): content is AudioContent {
  return AUDIO_CONTENTS.includes(content);
}

export function passageName({ content, genre }: Passage): string {
  if (genre !== null) return labelName(genre);
  if (isAudioContent(content)) return CONTENT_NAMES[content];
  return content === 'missed' ? 'Not recorded' : STATE_NAMES[content];
}

/** "14:05:20 to 14:08:00". */
export function passageTime({ fromMs, toMs }: Passage): string {
  return `${timeOfDay(fromMs, true)} to ${timeOfDay(toMs, true)}`;
}

/** For screen readers: "Rock, 14:05:20 to 14:08:00, 84 % sure. Playing: Song." */
export function passageSentence(passage: Passage): string {
  const sure = passage.genre === null ? '' : `, ${percent(passage.p)} % sure`;
  const more = passage.title !== null ? ` Playing: ${passage.title}.` : passage.reason !== null ? ` ${passage.reason}` : '';
  return `${passageName(passage)}, ${passageTime(passage)}${sure}.${more}`;
}
