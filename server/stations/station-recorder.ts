/**
 * Aggregates one station's events into history rows: segments, states, titles and shares per minute.
 * Closed rows are emitted at once; open ones can be read at any time. Time only moves forward: an
 * event dated before the last one gets the last one's time, so rows never overlap when the clock is
 * set back.
 */
import type { Prediction, StationState } from '../protocol/messages.js';
import { round } from '../pipe/segments.js';
import type { ClosedRow, HistoryMinute, HistorySegment, HistoryState, OpenRows } from '../store/store.js';
import type { StationEvent } from './station-event.js';
import { TagMeans } from './tag-means.js';

const MINUTE_MS = 60_000;
/** Blocks arrive a little early or late: a shorter gap between two of them is bridged. */
const BRIDGE_MS = 1000;
/**
 * Warm-up is counted to the segment that follows, as in a stream's summary. A longer warm-up becomes
 * a segment of its own, so a crash loses no more than this.
 */
const MAX_WARMING_MS = 3500;

/** States in which the station is enabled but no audio arrives. */
const DOWN: readonly StationState[] = ['connecting', 'stalled', 'failing'];

interface OpenSegment {
  readonly fromMs: number;
  toMs: number;
  readonly state: Prediction['state'];
  readonly genre: string | null;
  readonly nowPlaying: string | null;
  /** Sum of the blocks' confidences. */
  sum: number;
  blocks: number;
  readonly tags: TagMeans;
}

interface OpenMinute {
  readonly minute: number;
  readonly shares: Record<string, number>;
}

export class StationRecorder {
  readonly #station: string;
  readonly #emit: (row: ClosedRow) => void;
  /** Latest event time; earlier events are moved to it. */
  #latestMs = -Infinity;
  /** Time up to which shares and segments are accounted for. */
  #accountedMs = -Infinity;
  #state: HistoryState | undefined;
  #segment: OpenSegment | undefined;
  #warming: { readonly fromMs: number; toMs: number; readonly nowPlaying: string | null } | undefined;
  #minute: OpenMinute | undefined;
  #title: string | null = null;

  constructor(station: string, emit: (row: ClosedRow) => void) {
    this.#station = station;
    this.#emit = emit;
  }

  push(event: StationEvent): void {
    const atMs = this.#forward(event.atMs);
    switch (event.type) {
      case 'prediction': return this.#addBlock(atMs, event.spanMs, event.prediction);
      case 'state': return this.#setState(atMs, event.state, event.reason);
      case 'title': return this.#setTitle(atMs, event.title);
    }
  }

  /** The open rows at this time. */
  open(nowMs: number): OpenRows {
    const atMs = this.#forward(nowMs);
    if (this.#isDown) this.#countDownUntil(atMs);
    return {
      station: this.#station,
      segment: this.#segment ? closed(this.#segment) : null,
      state: this.#state ? { ...this.#state, toMs: atMs } : null,
      minute: this.#minute ? copy(this.#minute) : null,
    };
  }

  get #isDown(): boolean {
    return this.#state !== undefined && DOWN.includes(this.#state.state);
  }

  get #isRunning(): boolean {
    return this.#state !== undefined && this.#state.state !== 'stopped';
  }

  #forward(atMs: number): number {
    return (this.#latestMs = Math.max(this.#latestMs, Math.round(atMs)));
  }

  #addBlock(toMs: number, spanMs: number, prediction: Prediction): void {
    const { state, genre, p } = prediction;
    // Ignore the last blocks of a station that was just stopped.
    if (!this.#isRunning) return;
    const startsMs = toMs - Math.round(spanMs);
    if (startsMs - this.#accountedMs > BRIDGE_MS) this.#countDownUntil(startsMs);
    const fromMs = this.#accountedMs;
    if (fromMs >= toMs) return;
    this.#accountedMs = toMs;
    if (state === 'warming' && this.#segment?.state !== 'warming') return this.#warm(fromMs, toMs);
    const startMs = this.#warming?.fromMs ?? fromMs;
    this.#warming = undefined;
    this.#count(genre ?? (state === 'warming' ? 'unknown' : state), startMs, toMs);
    const open = this.#segment;
    if (open && (open.state !== state || open.genre !== genre || open.nowPlaying !== this.#title)) this.#closeSegment();
    this.#segment ??= { fromMs: startMs, toMs, state, genre, nowPlaying: this.#title, sum: 0, blocks: 0, tags: new TagMeans() };
    this.#segment.toMs = toMs;
    this.#segment.sum += p;
    this.#segment.blocks++;
    this.#segment.tags.push(prediction);
  }

  #warm(fromMs: number, toMs: number): void {
    this.#closeSegment();
    this.#warming ??= { fromMs, toMs, nowPlaying: this.#title };
    this.#warming.toMs = toMs;
    if (toMs - this.#warming.fromMs > MAX_WARMING_MS) this.#closeWarming();
  }

  /** Turns a warm-up that no segment follows into a segment of its own, without a genre. */
  #closeWarming(): void {
    if (!this.#warming) return;
    const { fromMs, toMs, nowPlaying } = this.#warming;
    this.#warming = undefined;
    this.#count('unknown', fromMs, toMs);
    this.#segment = { fromMs, toMs, state: 'warming', genre: null, nowPlaying, sum: 0, blocks: 1, tags: new TagMeans() };
  }

  #setState(atMs: number, state: StationState, reason: string | null): void {
    if (state === this.#state?.state && reason === this.#state.reason) return;
    const isReceiving = state === 'live' || state === 'silent';
    const wasRunning = this.#isRunning;
    // A loss soon after the last block leaves no gap, as between two blocks.
    const isGap = this.#isDown || (!isReceiving && atMs - this.#accountedMs > BRIDGE_MS);
    if (wasRunning && isGap) this.#countDownUntil(atMs);
    if (!isReceiving) this.#closeOpen();
    if (!isReceiving || !wasRunning) this.#accountedMs = atMs;
    this.#closeState(atMs);
    this.#state = { fromMs: atMs, toMs: atMs, state, reason };
  }

  #setTitle(atMs: number, title: string | null): void {
    if (title === this.#title) return;
    this.#title = title;
    this.#emit({ kind: 'title', station: this.#station, title: { atMs, title } });
  }

  /** Counts the time since `#accountedMs` as down. */
  #countDownUntil(toMs: number): void {
    this.#closeOpen();
    this.#count('down', this.#accountedMs, toMs);
    this.#accountedMs = toMs;
  }

  #closeOpen(): void {
    this.#closeWarming();
    this.#closeSegment();
  }

  #closeSegment(): void {
    if (!this.#segment) return;
    this.#emit({ kind: 'segment', station: this.#station, segment: closed(this.#segment) });
    this.#segment = undefined;
  }

  #closeState(atMs: number): void {
    // A state of zero length is not recorded.
    if (this.#state && this.#state.fromMs < atMs) this.#emit({ kind: 'state', station: this.#station, state: { ...this.#state, toMs: atMs } });
  }

  /** Adds an interval to the minutes that it spans; intervals come in order. */
  #count(key: string, fromMs: number, toMs: number): void {
    for (let startMs = fromMs; startMs < toMs;) {
      const minute = Math.floor(startMs / MINUTE_MS);
      const endMs = Math.min(toMs, (minute + 1) * MINUTE_MS);
      if (this.#minute?.minute !== minute) {
        if (this.#minute) this.#emit({ kind: 'minute', station: this.#station, minute: copy(this.#minute) });
        this.#minute = { minute, shares: {} };
      }
      const { shares } = this.#minute!;
      shares[key] = (shares[key] ?? 0) + endMs - startMs;
      startMs = endMs;
    }
  }
}

function closed({ fromMs, toMs, state, genre, nowPlaying, sum, blocks, tags }: OpenSegment): HistorySegment {
  return { fromMs, toMs, state, genre, p: round(sum / blocks, 4), nowPlaying, ...tags.means(blocks) };
}

function copy({ minute, shares }: OpenMinute): HistoryMinute {
  return { minute, shares: { ...shares } };
}
