/** The stations in the database, as documents: the room `stations` knows what is in them. */

export interface StationDocument {
  readonly id: string;
  readonly [field: string]: unknown;
}

export interface StationDifference {
  readonly added: readonly StationDocument[];
  readonly changed: readonly StationDocument[];
  readonly removed: readonly string[];
}

/** All methods throw a `StoreError` on failure. */
export interface StationStore {
  /** In order of addition. */
  load(): Promise<StationDocument[]>;
  /** Only these are touched, all or none. Fails if one of those added is there already. */
  change(difference: StationDifference): Promise<void>;
}
