/**
 * The history of all stations: events are aggregated into rows and written to the store every two
 * seconds, so a crash loses at most that. If the store can't be written, the failure is logged once
 * and retried with exponential backoff; rows wait in memory meanwhile, and beyond a limit the oldest
 * are dropped and counted.
 */
import { asyncScheduler, timer, type SchedulerLike, type Subscription } from 'rxjs';
import type { Log } from '../log.js';
import type { Delivery } from '../store/deliveries.js';
import type { AlertRecord, ClosedRow, HistoryStore, OpenRows } from '../store/store.js';
import type { StationEvent } from './station-event.js';
import { StationRecorder } from './station-recorder.js';

const FLUSH_EVERY_MS = 2000;
const LONGEST_WAIT_MS = 60_000;
/** Rows buffered while the store can't be written: a few hours of 200 stations, about 10 MB. */
const MAX_WAITING_ROWS = 50_000;

export interface HistoryOptions {
  readonly store: HistoryStore;
  readonly log: Log;
  readonly scheduler?: SchedulerLike;
  /** Rows buffered while the store can't be written. */
  readonly maxWaitingRows?: number;
  /**
   * Of several nodes: fencing number under which this node may write of a station; undefined while it
   * may not. Then its rows wait until it may again or the station is given up.
   */
  readonly number?: (station: string) => number | undefined;
}

export interface HistoryStatus {
  readonly isFailing: boolean;
  /** The cause as a sentence; null while writing works. */
  readonly reason: string | null;
  /** Time of the first failure, ms since 1970; null while writing works. */
  readonly sinceMs: number | null;
  /** Rows not yet written. */
  readonly waitingRows: number;
  /** Rows dropped since the start because the buffer was full. */
  readonly droppedRows: number;
}

export class History {
  readonly #store: HistoryStore;
  readonly #log: Log;
  readonly #scheduler: SchedulerLike;
  readonly #maxWaitingRows: number;
  readonly #number: ((station: string) => number | undefined) | undefined;
  readonly #byStation = new Map<string, StationRecorder>();
  /** Stations of which the store has refused rows, as another node writes of them. */
  readonly #fenced = new Set<string>();
  /** Stations that were given up, whose open rows are closed by the next write. */
  readonly #handedOver = new Set<string>();
  /** Removed stations whose rows are still in the store. */
  readonly #forgotten = new Set<string>();
  readonly #timer: Subscription;
  #waiting: ClosedRow[] = [];
  #failure: { readonly reason: string; readonly sinceMs: number; waitMs: number; retryAtMs: number } | undefined;
  #droppedRows = 0;
  /** The last write in the queue; batches are written one after the other. */
  #lastWrite: Promise<void> = Promise.resolve();
  #isWriting = false;

  constructor({ store, log, scheduler = asyncScheduler, maxWaitingRows = MAX_WAITING_ROWS, number }: HistoryOptions) {
    this.#store = store;
    this.#log = log;
    this.#scheduler = scheduler;
    this.#maxWaitingRows = maxWaitingRows;
    this.#number = number;
    this.#timer = timer(FLUSH_EVERY_MS, FLUSH_EVERY_MS, scheduler).subscribe(() => {
      const isBackingOff = this.#failure !== undefined && this.#scheduler.now() < this.#failure.retryAtMs;
      if (!this.#isWriting && !isBackingOff) void this.flush();
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
    if (!record) this.#byStation.set(station, record = new StationRecorder(station, (row) => this.#enqueue(row)));
    record.push(event);
  }

  /**
   * Records an alert that began or ended, with its webhook deliveries. Written at once, because its notification must not outlive
   * its record. Resolves after the write or its failure; a failed write shows in `status` and is retried.
   * @returns false when another node writes of the station
   */
  async alert(alert: AlertRecord, deliveries: readonly Delivery[] = []): Promise<boolean> {
    const station = alert.station.id;
    if (!this.#mayWrite(station)) return false;
    this.#enqueue({ kind: 'alert', station, alert, deliveries });
    await this.flush();
    return this.#mayWrite(station);
  }

  /**
   * Begins to write of a station: rows of lower numbers are refused from now on.
   * @returns until when it was recorded, ms since 1970; null if never
   * @throws StoreError
   */
  async claim(station: string, number: number): Promise<number | null> {
    this.#drop(station);
    this.#fenced.delete(station);
    return this.#store.claim(station, number);
  }

  /** Writes what is left of a station, if that is allowed, and forgets it in memory. */
  async handOver(station: string): Promise<void> {
    const record = this.#byStation.get(station);
    if (record && this.#mayWrite(station)) {
      for (const row of closedRows(record.open(this.#scheduler.now()))) this.#enqueue(row);
      this.#byStation.delete(station);
      this.#handedOver.add(station);
      await this.flush();
    }
    this.#drop(station);
  }

  /** Deletes all rows of a removed station, in memory now and in the store with the next write. */
  forget(station: string): void {
    this.#byStation.delete(station);
    this.#waiting = this.#waiting.filter((row) => row.station !== station);
    this.#forgotten.add(station);
  }

  /** Writes all rows. Never rejects: a failure shows in `status`. */
  flush(): Promise<void> {
    return (this.#lastWrite = this.#lastWrite.then(() => this.#write()));
  }

  /** Writes the remaining rows; the store stays open. */
  async close(): Promise<void> {
    this.#timer.unsubscribe();
    await this.flush();
  }

  #mayWrite(station: string): boolean {
    return !this.#fenced.has(station) && (this.#number === undefined || this.#number(station) !== undefined);
  }

  #drop(station: string): void {
    this.#byStation.delete(station);
    this.#handedOver.delete(station);
    this.#waiting = this.#waiting.filter((row) => row.station !== station);
  }

  async #write(): Promise<void> {
    const nowMs = this.#scheduler.now();
    // Read the open rows first: this may close a minute, which then is among the waiting rows.
    const open = [...this.#byStation.values()].map((record) => record.open(nowMs)).filter(({ station }) => this.#mayWrite(station));
    for (const station of this.#handedOver) if (this.#mayWrite(station)) open.push({ station, segment: null, state: null, minute: null });
    const closed = this.#waiting.filter(({ station }) => this.#mayWrite(station));
    const held = this.#waiting.filter((row) => !this.#mayWrite(row.station));
    const forgotten = [...this.#forgotten];
    const numbers = this.#number && new Map([...closed, ...open].map(({ station }) => [station, this.#number!(station)!]));
    this.#waiting = held;
    this.#forgotten.clear();
    this.#isWriting = true;
    try {
      const refused = await this.#store.write({ forgotten, closed, open, ...(numbers && { numbers }) });
      for (const { station, isFenced } of refused) {
        if (isFenced === true) this.#onFenced(station);
      }
      // Other refused rows are our bug. Retrying them would block all other rows for good.
      for (const { station, reason, isFenced } of refused) if (isFenced !== true) this.#log.error('a history row was refused by the store and dropped', { stream: station, reason });
      this.#onSuccess();
    } catch (error) {
      this.#waiting = closed.concat(this.#waiting).filter(({ station }) => !this.#forgotten.has(station));
      for (const station of forgotten) this.#forgotten.add(station);
      this.#onFailure(nowMs, (error as Error).message);
    } finally {
      this.#isWriting = false;
    }
  }

  /** Another node writes of the station, whatever this one believes. */
  #onFenced(station: string): void {
    if (!this.#fenced.has(station)) this.#log.warn('rows of a station were refused, as another node has it now', { stream: station });
    this.#fenced.add(station);
    this.#drop(station);
  }

  #enqueue(row: ClosedRow): void {
    this.#waiting.push(row);
    this.#dropOldest();
  }

  #dropOldest(): void {
    const tooMany = this.#waiting.length - this.#maxWaitingRows;
    if (tooMany <= 0) return;
    this.#waiting.splice(0, tooMany);
    this.#droppedRows += tooMany;
  }

  #onSuccess(): void {
    if (!this.#failure) return;
    this.#log.info('history is written again', { failedForMs: this.#scheduler.now() - this.#failure.sinceMs, droppedRows: this.#droppedRows });
    this.#failure = undefined;
  }

  #onFailure(nowMs: number, reason: string): void {
    this.#dropOldest();
    const before = this.#failure;
    const waitMs = Math.min(LONGEST_WAIT_MS, before ? before.waitMs * 2 : FLUSH_EVERY_MS);
    this.#failure = { reason, sinceMs: before?.sinceMs ?? nowMs, waitMs, retryAtMs: nowMs + waitMs };
    if (!before) this.#log.error('history can not be written; stations keep running', { reason, keptRows: this.#maxWaitingRows });
  }
}

/** Open rows as they are when they end now. */
function closedRows({ station, segment, state, minute }: OpenRows): ClosedRow[] {
  return [
    ...(segment ? [{ kind: 'segment', station, segment } as const] : []),
    ...(state && state.fromMs < state.toMs ? [{ kind: 'state', station, state } as const] : []),
    ...(minute ? [{ kind: 'minute', station, minute } as const] : []),
  ];
}
