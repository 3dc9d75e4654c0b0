/**
 * Interface of what a server keeps, whatever the database: history (segments, states, titles, shares per minute,
 * and alerts of stations), webhook deliveries and API tokens. All implementations pass the same tests
 * (`test/server/store/store-contract.ts`).
 */
import type { AlertType, Mood, StationState, StreamState, Tag } from '../protocol/messages.js';
import type { Delivery, DeliveryStore } from './deliveries.js';
import type { SigningKeyStore } from './signing-keys.js';
import type { StationStore } from './stations.js';
import type { TokenStore } from './tokens.js';

/** A time span with one state, genre and title. All times in this file are ms since 1970. */
export interface HistorySegment {
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: StreamState;
  readonly genre: string | null;
  /** Mean confidence of the blocks, 0 to 1. */
  readonly p: number;
  readonly nowPlaying: string | null;
  /** Means over the blocks, most telling first; absent if no tag was named. */
  readonly tags?: readonly Tag[];
  /** Means over the blocks that have one; absent if none has. */
  readonly mood?: Mood;
}

/** A time span with one station state. */
export interface HistoryState {
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: StationState;
  readonly reason: string | null;
}

export interface HistoryTitle {
  readonly atMs: number;
  /** Null: from here on the source sent no title. */
  readonly title: string | null;
}

/** Milliseconds per genre or state within a minute, and `down` for time without audio; at most 60,000 in all. */
export interface HistoryMinute {
  /** Minutes since 1970. */
  readonly minute: number;
  readonly shares: Readonly<Record<string, number>>;
}

/** Milliseconds per genre or state within an hour. */
export interface HistoryHour {
  /** Hours since 1970. */
  readonly hour: number;
  readonly shares: Readonly<Record<string, number>>;
}

export interface AlertRecord {
  readonly id: string;
  readonly station: { readonly id: string; readonly name: string };
  readonly type: AlertType;
  readonly fromMs: number;
  /** Null while it is open. */
  readonly toMs: number | null;
  readonly sentence: string;
}

/** A row that will not change, except that an alert's row is written again with its end. */
export type ClosedRow =
  | { readonly kind: 'segment'; readonly station: string; readonly segment: HistorySegment }
  | { readonly kind: 'state'; readonly station: string; readonly state: HistoryState }
  | { readonly kind: 'title'; readonly station: string; readonly title: HistoryTitle }
  | { readonly kind: 'minute'; readonly station: string; readonly minute: HistoryMinute }
  /** Its webhook deliveries are written with it, unless they are there: who writes the alert may end before it sends them. */
  | { readonly kind: 'alert'; readonly station: string; readonly alert: AlertRecord; readonly deliveries?: readonly Delivery[] };

/** The open rows of a station with their end so far; they replace its earlier open rows. */
export interface OpenRows {
  readonly station: string;
  readonly segment: HistorySegment | null;
  readonly state: HistoryState | null;
  readonly minute: HistoryMinute | null;
}

/** Written atomically: deletions first, then the rest. */
export interface HistoryBatch {
  /** Stations whose rows are to be deleted. */
  readonly forgotten: readonly string[];
  readonly closed: readonly ClosedRow[];
  readonly open: readonly OpenRows[];
  /**
   * Of several nodes: the fencing number of each station of the batch. All rows of a station whose
   * number is lower than one that was claimed or written before are refused; the others carry it.
   */
  readonly numbers?: ReadonlyMap<string, number>;
}

export interface RefusedRow {
  readonly station: string;
  readonly reason: string;
  /** Whether it was refused for its fencing number. */
  readonly isFenced?: boolean;
}

export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The store can't be read or written: a full disk, no permission, a broken file. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** Not a database that this version can use: a retry would not help. */
export class WrongDatabaseError extends Error {
  override readonly name = 'WrongDatabaseError';
}

/** All methods throw a `StoreError` on failure. Reads return at most `most` rows, earliest first; continue from the end of the last row. */
export interface HistoryStore {
  /**
   * Writes the batch; nothing is written if it throws.
   * @returns rows that can never be stored, with the reason; the others are written
   */
  write(batch: HistoryBatch): Promise<readonly RefusedRow[]>;
  /**
   * Begins to write of a station under a fencing number: closes the open rows of its former holder, and
   * refuses lower numbers from now on. A lower number changes nothing.
   * @returns until when the station was recorded; null if never
   */
  claim(station: string, number: number): Promise<number | null>;
  /** Segments that overlap the range. */
  segments(station: string, range: Range, most: number): Promise<HistorySegment[]>;
  states(station: string, range: Range, most: number): Promise<HistoryState[]>;
  titles(station: string, range: Range, most: number): Promise<HistoryTitle[]>;
  /** Minutes that are over and begin in the range, summed by the hour since 1970; all of them, in order. Time out of the store grows with the range: some 2 ms a day. */
  hours(station: string, range: Range): Promise<HistoryHour[]>;
  /** Minutes that begin in the range. */
  minutes(station: string, range: Range, most: number): Promise<HistoryMinute[]>;
  /** Alerts that overlap the range, of one station or of all; newest first. */
  alerts(range: Range, most: number, station?: string): Promise<AlertRecord[]>;
  /** Open alerts, of one station or of all. */
  openAlerts(station?: string): Promise<AlertRecord[]>;
  /**
   * Deletes at most `most` rows that ended before this time.
   * @returns the number of deleted rows; 0 when none is left
   */
  prune(beforeMs: number, most: number): Promise<number>;
}

export interface Store {
  readonly history: HistoryStore;
  readonly deliveries: DeliveryStore;
  readonly tokens: TokenStore;
  /** Undefined with SQLite, where they are in a file of their own. */
  readonly stations?: StationStore;
  /** Undefined with SQLite, which no other node reads: there a key lasts as long as the process. */
  readonly signingKeys?: SigningKeyStore;
  close(): Promise<void>;
}
