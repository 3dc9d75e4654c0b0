/**
 * What has to be delivered, until it is. It is worked on in memory and kept in the database with
 * every change, so a restart or a crash loses nothing; without a database, or while it can't write,
 * it works on, and what was not kept is kept as soon as it can be.
 */
import type { Log } from '../log.js';
import type { Database } from '../store/database.js';

export interface NewDelivery {
  /** Told to the target with every attempt: it can tell a repetition. */
  readonly eventId: string;
  /** What is said of one alert arrives in the order in which it was said. */
  readonly alertId: string;
  readonly stationId: string;
  /** URL. */
  readonly target: string;
  readonly body: string;
}

export interface Delivery extends NewDelivery {
  /** Counts up. */
  readonly id: number;
  readonly createdAtMs: number;
  readonly attempts: number;
  /** Not before this time. */
  readonly nextAtMs: number;
  /** Null while it waits. */
  readonly doneAtMs: number | null;
  readonly outcome: 'delivered' | 'given up' | null;
  /** Why the last attempt failed, in a sentence. */
  readonly failure: string | null;
}

/** More than these are not kept: the oldest are given up. */
export const MOST_WAITING = 10_000;

const COLUMNS = ['id', 'eventId', 'alertId', 'stationId', 'target', 'body', 'createdAtMs', 'attempts', 'nextAtMs', 'doneAtMs', 'outcome', 'failure'] as const satisfies readonly (keyof Delivery)[];

export class Outbox {
  readonly #database: Database | undefined;
  readonly #log: Log;
  /** In the order in which they came. */
  readonly #waiting = new Map<number, Delivery>();
  /** Changes that the database has not taken yet. */
  readonly #unsaved = new Map<number, Delivery>();
  #isFailing = false;
  #lastId = 0;

  /** Goes on with what the database remembers. */
  constructor(database: Database | undefined, log: Log) {
    this.#database = database;
    this.#log = log;
    try {
      if (database) this.#load(database);
    } catch (error) {
      // Ids of before could be given again: it is better to keep nothing than to overwrite.
      this.#database = undefined;
      log.error('the outbox can not be read; what waits for delivery is kept in memory only', { reason: String(error) });
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
      if (this.#waiting.size <= MOST_WAITING) break;
      this.giveUp(id, nowMs, `More than ${MOST_WAITING} deliveries waited.`);
    }
    this.save();
  }

  /**
   * Those that may be next: of each alert at each target the first that waits. Least tried first,
   * then oldest, so one that a target never takes doesn't keep the others from it.
   */
  heads(): Delivery[] {
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
    this.#log.error('a webhook is given up', { ...shown(delivery), attempts: delivery.attempts, failure });
  }

  /** Gives up those of which this is true. */
  giveUpWhere(isUp: (delivery: Delivery) => boolean, nowMs: number, failure: string): void {
    for (const delivery of [...this.#waiting.values()].filter(isUp)) this.giveUp(delivery.id, nowMs, failure);
  }

  /** Forgets what was done before this time. */
  forget(beforeMs: number): void {
    this.#try((database) => database.prepare('DELETE FROM deliveries WHERE doneAtMs < ?').run(beforeMs));
  }

  /** Keeps what could not be kept before, if there is any. */
  save(): void {
    if (!this.#database) return this.#unsaved.clear();
    if (this.#unsaved.size === 0) return;
    this.#try((database) => {
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

  /** A database that fails is said once, until it works again. */
  #try(work: (database: Database) => void): void {
    if (!this.#database) return;
    try {
      work(this.#database);
      if (this.#isFailing) this.#log.info('the outbox is kept again');
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#log.error('the outbox can not be kept; deliveries go on from memory', { reason: String(error) });
      this.#isFailing = true;
    }
  }
}

/** As the log may show it: the path of a webhook is often its secret. */
export function shown({ eventId, stationId, target }: NewDelivery): Record<string, string> {
  return { event: eventId, station: stationId, target: new URL(target).origin };
}
