/**
 * The queue of pending webhook deliveries. It works in memory and saves every change to the database,
 * so a restart or crash loses nothing. Without a database, or while writes fail, it works from memory
 * and saves the missing changes as soon as writes succeed.
 */
import type { Log } from '../log.js';
import { newDelivery, type Delivery, type DeliveryStore, type NewDelivery } from '../store/deliveries.js';

/** Pending deliveries beyond this limit are given up, oldest first. */
export const MAX_WAITING = 10_000;

/** Identifies a delivery. */
type Key = Pick<NewDelivery, 'eventId' | 'target'>;

export class Outbox {
  readonly #store: DeliveryStore | undefined;
  readonly #log: Log;
  /** In order of arrival. */
  readonly #waiting = new Map<string, Delivery>();
  /** Changes not yet in the database. */
  readonly #unsaved = new Map<string, Delivery>();
  /** The save that runs. */
  #saving: Promise<void> | undefined;
  /** The one after it, which all share that ask meanwhile. */
  #nextSave: Promise<void> | undefined;
  #isFailing = false;

  private constructor(store: DeliveryStore | undefined, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  /** Loads the pending deliveries of the database. */
  static async open(store: DeliveryStore | undefined, log: Log): Promise<Outbox> {
    const outbox = new Outbox(store, log);
    try {
      for (const delivery of await store?.pending() ?? []) outbox.#waiting.set(keyOf(delivery), delivery);
    } catch (error) {
      log.error('the outbox can not be read; deliveries from before are sent after the next start', { reason: String(error) });
    }
    return outbox;
  }

  /** An outbox that has only deliveries of the stations that it takes: others of the same database have the rest. */
  static shared(store: DeliveryStore, log: Log): Outbox {
    return new Outbox(store, log);
  }

  /**
   * Goes on with the pending deliveries of a station.
   * @throws StoreError if they can't be read
   */
  async take(station: string): Promise<void> {
    for (const delivery of await this.#store?.pending(station) ?? []) if (!this.#waiting.has(keyOf(delivery))) this.#waiting.set(keyOf(delivery), delivery);
  }

  /** Leaves the pending deliveries of a station to another one. */
  async leave(station: string): Promise<void> {
    await this.save();
    for (const all of [this.#waiting, this.#unsaved]) for (const [key, { stationId }] of all) if (stationId === station) all.delete(key);
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves when they are saved, or that has failed. One that is pending already is not added again. */
  put(deliveries: readonly NewDelivery[], nowMs: number): Promise<void> {
    for (const delivery of deliveries) {
      if (!this.#waiting.has(keyOf(delivery))) this.#set(newDelivery(delivery, nowMs));
    }
    for (const delivery of this.#waiting.values()) {
      if (this.#waiting.size <= MAX_WAITING) break;
      this.giveUp(delivery, nowMs, `More than ${MAX_WAITING} deliveries were pending.`);
    }
    return this.save();
  }

  /** Targets with pending deliveries. */
  targets(): ReadonlySet<string> {
    return new Set([...this.#waiting.values()].map(({ target }) => target));
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

  retry(key: Key, nextAtMs: number, failure: string): void {
    this.#change(key, ({ attempts }) => ({ attempts: attempts + 1, nextAtMs, failure }));
  }

  done(key: Key, nowMs: number): void {
    this.#change(key, ({ attempts }) => ({ attempts: attempts + 1, doneAtMs: nowMs, outcome: 'delivered', failure: null }));
  }

  giveUp(key: Key, nowMs: number, failure: string): void {
    const delivery = this.#change(key, () => ({ doneAtMs: nowMs, outcome: 'given up', failure }));
    if (delivery) this.#log.error('a webhook delivery was given up', { ...logFields(delivery), attempts: delivery.attempts, failure });
  }

  /** Gives up all pending deliveries that match. */
  giveUpWhere(matches: (delivery: Delivery) => boolean, nowMs: number, failure: string): void {
    for (const delivery of [...this.#waiting.values()].filter(matches)) this.giveUp(delivery, nowMs, failure);
  }

  /** Deletes deliveries that were done before this time, ms since 1970. */
  async deleteDone(beforeMs: number): Promise<void> {
    await this.#tryWrite((store) => store.deleteDone(beforeMs));
  }

  /** Writes the unsaved changes, if any. Never rejects: a failure is logged. */
  save(): Promise<void> {
    if (!this.#store) this.#unsaved.clear();
    if (this.#unsaved.size === 0) return this.#nextSave ?? this.#saving ?? Promise.resolve();
    if (!this.#saving) return this.#startSave();
    return (this.#nextSave ??= this.#saving.then(() => {
      this.#nextSave = undefined;
      return this.#startSave();
    }));
  }

  #startSave(): Promise<void> {
    return (this.#saving = this.#write().finally(() => (this.#saving = undefined)));
  }

  async #write(): Promise<void> {
    const changes = [...this.#unsaved];
    const isSaved = await this.#tryWrite((store) => store.write(changes.map(([, delivery]) => delivery)));
    if (!isSaved) return;
    for (const [key, delivery] of changes) if (this.#unsaved.get(key) === delivery) this.#unsaved.delete(key);
  }

  #change(key: Key, changes: (delivery: Delivery) => Partial<Delivery>): Delivery | undefined {
    const delivery = this.#waiting.get(keyOf(key));
    if (!delivery) return undefined;
    const changed = { ...delivery, ...changes(delivery) };
    this.#set(changed);
    void this.save();
    return changed;
  }

  #set(delivery: Delivery): void {
    const key = keyOf(delivery);
    if (delivery.doneAtMs === null) this.#waiting.set(key, delivery);
    else this.#waiting.delete(key);
    this.#unsaved.set(key, delivery);
  }

  /**
   * Runs a write; logs the first failure, and the next success after it.
   * @returns whether it succeeded
   */
  async #tryWrite(work: (store: DeliveryStore) => Promise<void>): Promise<boolean> {
    if (!this.#store) return true;
    try {
      await work(this.#store);
      if (this.#isFailing) this.#log.info('the outbox is saved again');
      this.#isFailing = false;
      return true;
    } catch (error) {
      if (!this.#isFailing) this.#log.error('the outbox can not be saved; deliveries continue from memory', { reason: String(error) });
      this.#isFailing = true;
      return false;
    }
  }
}

function keyOf({ eventId, target }: Key): string {
  return `${eventId} ${target}`;
}

/** Fields for the log, without the path: the path of a webhook is often its secret. */
export function logFields({ eventId, stationId, target }: NewDelivery): Record<string, string> {
  return { event: eventId, station: stationId, target: new URL(target).origin };
}
