/**
 * The queue of pending webhook deliveries. It works in memory and saves every change to the database,
 * so a restart or crash loses nothing. Without a database, or while writes fail, it works from memory
 * and saves the missing changes as soon as writes succeed.
 */
import type { Log } from '../log.js';
import type { Database } from '../store/database.js';

export interface NewDelivery {
  /** Sent with every attempt, so the target can detect duplicates. */
  readonly eventId: string;
  /** Events of one alert are delivered in order. */
  readonly alertId: string;
  readonly stationId: string;
  /** URL. */
  readonly target: string;
  readonly body: string;
}

export interface Delivery extends NewDelivery {
  /** Ascending. */
  readonly id: number;
  readonly createdAtMs: number;
  readonly attempts: number;
  /** Earliest time of the next attempt, ms since 1970. */
  readonly nextAtMs: number;
  /** Null while it is pending. */
  readonly doneAtMs: number | null;
  readonly outcome: 'delivered' | 'given up' | null;
  /** Why the last attempt failed, in a sentence. */
  readonly failure: string | null;
}

/** Pending deliveries beyond this limit are given up, oldest first. */
export const MAX_WAITING = 10_000;

const COLUMNS = ['id', 'eventId', 'alertId', 'stationId', 'target', 'body', 'createdAtMs', 'attempts', 'nextAtMs', 'doneAtMs', 'outcome', 'failure'] as const satisfies readonly (keyof Delivery)[];

export class Outbox {
  readonly #database: Database | undefined;
  readonly #log: Log;
  /** In order of arrival. */
  readonly #waiting = new Map<number, Delivery>();
  /** Changes not yet in the database. */
  readonly #unsaved = new Map<number, Delivery>();
  #isFailing = false;
  #lastId = 0;

  /** Loads the pending deliveries of the database. */
  constructor(database: Database | undefined, log: Log) {
    this.#database = database;
    this.#log = log;
    try {
      if (database) this.#load(database);
    } catch (error) {
      // Without the last id, new rows could overwrite old ones, so the database is not used.
      this.#database = undefined;
      log.error('the outbox can not be read; pending deliveries are held in memory only', { reason: String(error) });
    }
  }

  get size(): number {
    return this.#waiting.size;
  }

  put(deliveries: readonly NewDelivery[], nowMs: number): void {
    for (const delivery of deliveries) {
      const id = ++this.#lastId;
      this.#set({ ...delivery, id, createdAtMs: nowMs, attempts: 0, nextAtMs: nowMs, doneAtMs: null, outcome: null, failure: null });
    }
    for (const [id] of this.#waiting) {
      if (this.#waiting.size <= MAX_WAITING) break;
      this.giveUp(id, nowMs, `More than ${MAX_WAITING} deliveries were pending.`);
    }
    this.save();
  }

  /**
   * Deliveries that may be sent next: the first pending one of each alert and target. Fewest attempts
   * first, then oldest, so a delivery that always fails does not block the target's others.
   */
  candidates(): Delivery[] {
    const seen = new Set<string>();
    const first = [...this.#waiting.values()].filter(({ target, alertId }) => {
      const key = `${alertId} ${target}`;
      return !seen.has(key) && seen.add(key);
    });
    return first.sort((a, b) => a.attempts - b.attempts);
  }

  retry(id: number, nextAtMs: number, failure: string): void {
    const delivery = this.#waiting.get(id);
    if (!delivery) return;
    this.#set({ ...delivery, attempts: delivery.attempts + 1, nextAtMs, failure });
    this.save();
  }

  done(id: number, nowMs: number): void {
    const delivery = this.#waiting.get(id);
    if (!delivery) return;
    this.#set({ ...delivery, attempts: delivery.attempts + 1, doneAtMs: nowMs, outcome: 'delivered', failure: null });
    this.save();
  }

  giveUp(id: number, nowMs: number, failure: string): void {
    const delivery = this.#waiting.get(id);
    if (!delivery) return;
    this.#set({ ...delivery, doneAtMs: nowMs, outcome: 'given up', failure });
    this.save();
    this.#log.error('a webhook delivery was given up', { ...logFields(delivery), attempts: delivery.attempts, failure });
  }

  /** Gives up all pending deliveries that match. */
  giveUpWhere(matches: (delivery: Delivery) => boolean, nowMs: number, failure: string): void {
    for (const delivery of [...this.#waiting.values()].filter(matches)) this.giveUp(delivery.id, nowMs, failure);
  }

  /** Deletes deliveries that were done before this time, ms since 1970. */
  deleteDone(beforeMs: number): void {
    this.#tryWrite((database) => database.prepare('DELETE FROM deliveries WHERE doneAtMs < ?').run(beforeMs));
  }

  /** Writes the unsaved changes, if any. */
  save(): void {
    if (!this.#database) return this.#unsaved.clear();
    if (this.#unsaved.size === 0) return;
    this.#tryWrite((database) => {
      const write = database.prepare(`INSERT OR REPLACE INTO deliveries (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`);
      database.transaction(() => {
        for (const delivery of this.#unsaved.values()) write.run(...COLUMNS.map((column) => delivery[column]));
      })();
      this.#unsaved.clear();
    });
  }

  #load(database: Database): void {
    for (const row of database.prepare('SELECT * FROM deliveries WHERE doneAtMs IS NULL ORDER BY id').all() as Delivery[]) this.#waiting.set(row.id, row);
    const { last } = database.prepare('SELECT max(id) AS last FROM deliveries').get() as { last: number | null };
    this.#lastId = last ?? 0;
  }

  #set(delivery: Delivery): void {
    if (delivery.doneAtMs === null) this.#waiting.set(delivery.id, delivery);
    else this.#waiting.delete(delivery.id);
    this.#unsaved.set(delivery.id, delivery);
  }

  /** Runs a write; logs the first failure, and the next success after it. */
  #tryWrite(work: (database: Database) => void): void {
    if (!this.#database) return;
    try {
      work(this.#database);
      if (this.#isFailing) this.#log.info('the outbox is saved again');
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#log.error('the outbox can not be saved; deliveries continue from memory', { reason: String(error) });
      this.#isFailing = true;
    }
  }
}

/** Fields for the log, without the path: the path of a webhook is often its secret. */
export function logFields({ eventId, stationId, target }: NewDelivery): Record<string, string> {
  return { event: eventId, station: stationId, target: new URL(target).origin };
}
