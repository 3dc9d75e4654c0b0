/**
 * What is kept of stations, whatever keeps it: segments, states, titles, shares of each minute, and
 * alerts. One interface, for SQLite and what may come beside it; the same tests for all.
 */
import type { AlertType, StationState, StreamState } from '../protocol/messages.js';

/** A stretch with one state, genre and title. Times are ms since 1970 everywhere here. */
export interface HistorySegment {
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: StreamState;
  readonly genre: string | null;
  /** Mean of what was shown, 0 to 1. */
  readonly p: number;
  readonly nowPlaying: string | null;
}

/** A stretch in which the station did one thing. */
export interface HistoryState {
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: StationState;
  readonly reason: string | null;
}

export interface HistoryTitle {
  readonly atMs: number;
  /** Null: from here on the source said nothing. */
  readonly title: string | null;
}

/** What was heard in a minute: ms by genre or state, and `down` for what was not; 60,000 in all at most. */
export interface HistoryMinute {
  /** Minutes since 1970. */
  readonly minute: number;
  readonly shares: Readonly<Record<string, number>>;
}

export interface AlertRecord {
  readonly id: string;
  readonly station: { readonly id: string; readonly name: string };
  readonly type: AlertType;
  readonly fromMs: number;
  /** Null while it is not over. */
  readonly toMs: number | null;
  readonly sentence: string;
}

/** A row that won't change any more; that of an alert is written again when it ends, for its end alone. */
export type ClosedRow =
  | { readonly kind: 'segment'; readonly station: string; readonly segment: HistorySegment }
  | { readonly kind: 'state'; readonly station: string; readonly state: HistoryState }
  | { readonly kind: 'title'; readonly station: string; readonly title: HistoryTitle }
  | { readonly kind: 'minute'; readonly station: string; readonly minute: HistoryMinute }
  | { readonly kind: 'alert'; readonly station: string; readonly alert: AlertRecord };

/** What of a station is not over, with its end so far. It takes the place of what was open before. */
export interface OpenRows {
  readonly station: string;
  readonly segment: HistorySegment | null;
  readonly state: HistoryState | null;
  readonly minute: HistoryMinute | null;
}

/** Written whole or not at all: first what is forgotten, then the rest. */
export interface HistoryBatch {
  /** Stations of which nothing is to be kept. */
  readonly forgotten: readonly string[];
  readonly closed: readonly ClosedRow[];
  readonly open: readonly OpenRows[];
}

export interface RefusedRow {
  readonly station: string;
  readonly reason: string;
}

export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The store can not be read or written now: a full disk, no permission, a broken file. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** All that it does throws a `StoreError` when it can't. All reads give the earliest first and at most `most` rows; read on from where the last one ends. */
export interface HistoryStore {
  /**
   * If it throws, nothing of it was written.
   * @returns rows that it takes at no time, with the reason: without them the rest is written
   */
  write(batch: HistoryBatch): Promise<readonly RefusedRow[]>;
  /** Those that reach into the range. */
  segments(station: string, range: Range, most: number): Promise<HistorySegment[]>;
  states(station: string, range: Range, most: number): Promise<HistoryState[]>;
  titles(station: string, range: Range, most: number): Promise<HistoryTitle[]>;
  /** Those that begin in the range. */
  minutes(station: string, range: Range, most: number): Promise<HistoryMinute[]>;
  /** Those that reach into the range, of one station or of all; newest first. */
  alerts(range: Range, most: number, station?: string): Promise<AlertRecord[]>;
  /** Those that are not over, of all stations. */
  openAlerts(): Promise<AlertRecord[]>;
  /**
   * Deletes what was over before, at most so many rows.
   * @returns how many rows it deleted; 0 when none is left
   */
  prune(beforeMs: number, most: number): Promise<number>;
  close(): void;
}
