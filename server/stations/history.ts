/**
 * The history of all stations: their events, recorded and written to the store every two seconds,
 * so that no more than that is lost when the process ends. A store that can't be written is told of
 * once, tried again ever more seldom, and holds nothing up: rows wait in memory, the oldest are
 * dropped when there are too many, and counted.
 */
import { asyncScheduler, timer, type SchedulerLike, type Subscription } from 'rxjs';
import type { Log } from '../log.js';
import type { AlertRecord, ClosedRow, HistoryStore } from '../store/store.js';
import type { StationEvent } from './station-event.js';
import { StationRecorder } from './station-recorder.js';

const FLUSH_EVERY_MS = 2000;
const LONGEST_WAIT_MS = 60_000;
/** Rows that wait for a store that can't be written: a few hours of 200 stations, some 10 MB. */
const MOST_WAITING = 50_000;

export interface HistoryOptions {
  readonly store: HistoryStore;
  readonly log: Log;
  readonly scheduler?: SchedulerLike;
  /** Rows kept while the store can't be written. */
  readonly mostWaiting?: number;
}

export interface HistoryStatus {
  readonly isFailing: boolean;
  /** Why, in a sentence; null while all is well. */
  readonly reason: string | null;
  /** Since when, ms since 1970; null while all is well. */
  readonly sinceMs: number | null;
  /** Rows that wait to be written. */
  readonly waitingRows: number;
  /** Rows lost since the start, because the store could not be written for too long. */
  readonly droppedRows: number;
}

export class History {
  readonly #store: HistoryStore;
  readonly #log: Log;
  readonly #scheduler: SchedulerLike;
  readonly #mostWaiting: number;
  readonly #byStation = new Map<string, StationRecorder>();
  readonly #forgotten = new Set<string>();
  readonly #timer: Subscription;
  #waiting: ClosedRow[] = [];
  #failure: { readonly reason: string; readonly sinceMs: number; waitMs: number; nextMs: number } | undefined;
  #droppedRows = 0;
  /** Writing goes one batch after the other. */
  #turn: Promise<void> = Promise.resolve();
  #isWriting = false;

  constructor({ store, log, scheduler = asyncScheduler, mostWaiting = MOST_WAITING }: HistoryOptions) {
    this.#store = store;
    this.#log = log;
    this.#scheduler = scheduler;
    this.#mostWaiting = mostWaiting;
    this.#timer = timer(FLUSH_EVERY_MS, FLUSH_EVERY_MS, scheduler).subscribe(() => {
      const isWaiting = this.#failure !== undefined && this.#scheduler.now() < this.#failure.nextMs;
      if (!this.#isWriting && !isWaiting) void this.flush();
    });
  }

  get status(): HistoryStatus {
    return {
      isFailing: this.#failure !== undefined,
      reason: this.#failure?.reason ?? null,
      sinceMs: this.#failure?.sinceMs ?? null,
      waitingRows: this.#waiting.length,
      droppedRows: this.#droppedRows,
    };
  }

  record(station: string, event: StationEvent): void {
    let record = this.#byStation.get(station);
    if (!record) this.#byStation.set(station, record = new StationRecorder(station, (row) => this.#keep(row)));
    record.take(event);
  }

  /**
   * Keeps an alert that began, changed or ended; written at once, since what is sent out must not
   * be forgotten. Resolves when that was done or has failed: `status` tells, and it is tried again.
   */
  alert(alert: AlertRecord): Promise<void> {
    this.#keep({ kind: 'alert', station: alert.station.id, alert });
    return this.flush();
  }

  /** Of a station that is removed nothing is kept. */
  forget(station: string): void {
    this.#byStation.delete(station);
    this.#waiting = this.#waiting.filter((row) => row.station !== station);
    this.#forgotten.add(station);
  }

  /** Writes what there is. Never rejects: `status` tells of a failure. */
  flush(): Promise<void> {
    return (this.#turn = this.#turn.then(() => this.#write()));
  }

  /** Writes what is left; the store stays open. */
  async close(): Promise<void> {
    this.#timer.unsubscribe();
    await this.flush();
  }

  async #write(): Promise<void> {
    const nowMs = this.#scheduler.now();
    // First what is open: it may close a minute.
    const open = [...this.#byStation.values()].map((record) => record.open(nowMs));
    const closed = this.#waiting;
    const forgotten = [...this.#forgotten];
    this.#waiting = [];
    this.#forgotten.clear();
    this.#isWriting = true;
    try {
      const refused = await this.#store.write({ forgotten, closed, open });
      // A fault of ours; to try it again would keep all others out for good.
      for (const { station, reason } of refused) this.#log.error('a row of history is left out', { stream: station, reason });
      this.#succeeded();
    } catch (error) {
      this.#waiting = closed.concat(this.#waiting).filter(({ station }) => !this.#forgotten.has(station));
      for (const station of forgotten) this.#forgotten.add(station);
      this.#failed(nowMs, (error as Error).message);
    } finally {
      this.#isWriting = false;
    }
  }

  #keep(row: ClosedRow): void {
    this.#waiting.push(row);
    this.#dropOldest();
  }

  #dropOldest(): void {
    const tooMany = this.#waiting.length - this.#mostWaiting;
    if (tooMany <= 0) return;
    this.#waiting.splice(0, tooMany);
    this.#droppedRows += tooMany;
  }

  #succeeded(): void {
    if (!this.#failure) return;
    this.#log.info('history is written again', { failedForMs: this.#scheduler.now() - this.#failure.sinceMs, droppedRows: this.#droppedRows });
    this.#failure = undefined;
  }

  #failed(nowMs: number, reason: string): void {
    this.#dropOldest();
    const before = this.#failure;
    const waitMs = Math.min(LONGEST_WAIT_MS, before ? before.waitMs * 2 : FLUSH_EVERY_MS);
    this.#failure = { reason, sinceMs: before?.sinceMs ?? nowMs, waitMs, nextMs: nowMs + waitMs };
    if (!before) this.#log.error('history can not be written; listening goes on', { reason, keptRows: this.#mostWaiting });
  }
}
