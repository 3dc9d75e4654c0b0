/** Webhook deliveries in the database, pending and done. All implementations pass the same tests (`test/server/store/store-contract.ts`). */

export interface NewDelivery {
  /** Sent with every attempt, so the target can detect duplicates. */
  readonly eventId: string;
  /** Events of one alert are delivered in order. */
  readonly alertId: string;
  readonly stationId: string;
  /** URL; with `eventId` it identifies the delivery. */
  readonly target: string;
  readonly body: string;
}

export interface Delivery extends NewDelivery {
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

/** A delivery that has not been tried yet. */
export function newDelivery(delivery: NewDelivery, nowMs: number): Delivery {
  return { ...delivery, createdAtMs: nowMs, attempts: 0, nextAtMs: nowMs, doneAtMs: null, outcome: null, failure: null };
}

/** All methods throw a `StoreError` on failure. */
export interface DeliveryStore {
  /** In order of arrival, of one station or of all. */
  pending(station?: string): Promise<Delivery[]>;
  /** Adds or replaces them, all or none. */
  write(deliveries: readonly Delivery[]): Promise<void>;
  /** Deletes those that were done before this time, ms since 1970. */
  deleteDone(beforeMs: number): Promise<void>;
}
