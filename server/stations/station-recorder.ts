/**
 * One station's events folded into what is kept: segments, states, titles and shares of minutes.
 * What is over is handed out at once, what is not can be asked for. Its clock only moves forward: a
 * event of before the last one happens with it, so nothing overlaps whatever is done to the clock.
 */
import type { Prediction, StationState } from '../protocol/messages.js';
import { round } from '../pipe/segments.js';
import type { ClosedRow, HistoryMinute, HistorySegment, HistoryState, OpenRows } from '../store/store.js';
import type { StationEvent } from './station-event.js';

const MINUTE_MS = 60_000;
/** Blocks come a little early or late: so much between two of them is no gap. */
const BRIDGE_MS = 1000;
/**
 * Warming up belongs to the segment that follows, as in a stream's summary; but not more than this
 * of it, so that no more is lost when the process ends.
 */
const MOST_WARMING_MS = 3500;

/** States in which the station is listened to and not heard. */
const DOWN: readonly StationState[] = ['connecting', 'stalled', 'failing'];

interface OpenSegment {
  readonly fromMs: number;
  toMs: number;
  readonly state: Prediction['state'];
  readonly genre: string | null;
  readonly nowPlaying: string | null;
  sum: number;
  blocks: number;
}

interface OpenMinute {
  readonly minute: number;
  readonly shares: Record<string, number>;
}

export class StationRecorder {
  readonly #station: string;
  readonly #keep: (row: ClosedRow) => void;
  /** No event is before this one. */
  #latestMs = -Infinity;
  /** What was heard and what was not is settled up to here. */
  #settledMs = -Infinity;
  #state: HistoryState | undefined;
  #segment: OpenSegment | undefined;
  #warming: { readonly fromMs: number; toMs: number; readonly nowPlaying: string | null } | undefined;
  #minute: OpenMinute | undefined;
  #title: string | null = null;

  constructor(station: string, keep: (row: ClosedRow) => void) {
    this.#station = station;
    this.#keep = keep;
  }

  take(event: StationEvent): void {
    const atMs = this.#forward(event.atMs);
    switch (event.type) {
      case 'prediction': return this.#hear(atMs, event.spanMs, event.prediction);
      case 'state': return this.#become(atMs, event.state, event.reason);
      case 'title': return this.#entitle(atMs, event.title);
    }
  }

  /** What is not over at this time. */
  open(nowMs: number): OpenRows {
    const atMs = this.#forward(nowMs);
    if (this.#isDown) this.#missUntil(atMs);
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

  get #isListenedTo(): boolean {
    return this.#state !== undefined && this.#state.state !== 'stopped';
  }

  #forward(atMs: number): number {
    return (this.#latestMs = Math.max(this.#latestMs, Math.round(atMs)));
  }

  #hear(toMs: number, spanMs: number, { state, genre, p }: Prediction): void {
    // The last blocks of a station that was just stopped: nobody listens any more.
    if (!this.#isListenedTo) return;
    const startsMs = toMs - Math.round(spanMs);
    if (startsMs - this.#settledMs > BRIDGE_MS) this.#missUntil(startsMs);
    const fromMs = this.#settledMs;
    if (fromMs >= toMs) return;
    this.#settledMs = toMs;
    if (state === 'warming' && this.#segment?.state !== 'warming') return this.#warm(fromMs, toMs);
    const startMs = this.#warming?.fromMs ?? fromMs;
    this.#warming = undefined;
    this.#count(genre ?? (state === 'warming' ? 'unknown' : state), startMs, toMs);
    const open = this.#segment;
    if (open && (open.state !== state || open.genre !== genre || open.nowPlaying !== this.#title)) this.#closeSegment();
    this.#segment ??= { fromMs: startMs, toMs, state, genre, nowPlaying: this.#title, sum: 0, blocks: 0 };
    this.#segment.toMs = toMs;
    this.#segment.sum += p;
    this.#segment.blocks++;
  }

  #warm(fromMs: number, toMs: number): void {
    this.#closeSegment();
    this.#warming ??= { fromMs, toMs, nowPlaying: this.#title };
    this.#warming.toMs = toMs;
    if (toMs - this.#warming.fromMs > MOST_WARMING_MS) this.#settle();
  }

  /** Warming up that nothing follows is a segment of its own, of nothing known. */
  #settle(): void {
    if (!this.#warming) return;
    const { fromMs, toMs, nowPlaying } = this.#warming;
    this.#warming = undefined;
    this.#count('unknown', fromMs, toMs);
    this.#segment = { fromMs, toMs, state: 'warming', genre: null, nowPlaying, sum: 0, blocks: 1 };
  }

  #become(atMs: number, state: StationState, reason: string | null): void {
    if (state === this.#state?.state && reason === this.#state.reason) return;
    const isHeard = state === 'live' || state === 'silent';
    const wasListenedTo = this.#isListenedTo;
    // The last block ended a moment ago: as long as between any two it is no gap.
    const isGap = this.#isDown || (!isHeard && atMs - this.#settledMs > BRIDGE_MS);
    if (wasListenedTo && isGap) this.#missUntil(atMs);
    if (!isHeard) this.#endHearing();
    if (!isHeard || !wasListenedTo) this.#settledMs = atMs;
    this.#closeState(atMs);
    this.#state = { fromMs: atMs, toMs: atMs, state, reason };
  }

  #entitle(atMs: number, title: string | null): void {
    if (title === this.#title) return;
    this.#title = title;
    this.#keep({ kind: 'title', station: this.#station, title: { atMs, title } });
  }

  /** Nothing was heard from where it is settled to here. */
  #missUntil(toMs: number): void {
    this.#endHearing();
    this.#count('down', this.#settledMs, toMs);
    this.#settledMs = toMs;
  }

  #endHearing(): void {
    this.#settle();
    this.#closeSegment();
  }

  #closeSegment(): void {
    if (!this.#segment) return;
    this.#keep({ kind: 'segment', station: this.#station, segment: closed(this.#segment) });
    this.#segment = undefined;
  }

  #closeState(atMs: number): void {
    // What ended as it began was none.
    if (this.#state && this.#state.fromMs < atMs) this.#keep({ kind: 'state', station: this.#station, state: { ...this.#state, toMs: atMs } });
  }

  /** Adds a stretch to the minutes that it lies in; stretches come in order. */
  #count(key: string, fromMs: number, toMs: number): void {
    for (let startMs = fromMs; startMs < toMs;) {
      const minute = Math.floor(startMs / MINUTE_MS);
      const endMs = Math.min(toMs, (minute + 1) * MINUTE_MS);
      if (this.#minute?.minute !== minute) {
        if (this.#minute) this.#keep({ kind: 'minute', station: this.#station, minute: copy(this.#minute) });
        this.#minute = { minute, shares: {} };
      }
      const { shares } = this.#minute!;
      shares[key] = (shares[key] ?? 0) + endMs - startMs;
      startMs = endMs;
    }
  }
}

function closed({ fromMs, toMs, state, genre, nowPlaying, sum, blocks }: OpenSegment): HistorySegment {
  return { fromMs, toMs, state, genre, p: round(sum / blocks, 4), nowPlaying };
}

function copy({ minute, shares }: OpenMinute): HistoryMinute {
  return { minute, shares: { ...shares } };
}
