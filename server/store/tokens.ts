/** API tokens in the database: their SHA-256 and what they allow, never the tokens. Read at every use, so that a change by another process counts at once. */
import type { Role } from '../protocol/role.js';

export interface StoredToken {
  /** The first digits of the hash. */
  readonly id: string;
  /** SHA-256 of the token, lower-case hex. */
  readonly hash: string;
  readonly name: string;
  readonly role: Role;
  /** Ids of the stations and streams that it is bound to; null if to none. */
  readonly stations: readonly string[] | null;
  /** Origins of the pages that may use it; null if all may. */
  readonly origins: readonly string[] | null;
  readonly createdAtMs: number;
  /** Null if never used. */
  readonly usedAtMs: number | null;
}

/** All methods throw a `StoreError` on failure. All implementations pass the same tests (`test/server/store/store-contract.ts`). */
export interface TokenStore {
  add(token: StoredToken): Promise<void>;
  get(id: string): Promise<StoredToken | undefined>;
  /** Oldest first. */
  list(): Promise<StoredToken[]>;
  markUsed(id: string, atMs: number): Promise<void>;
  /** @returns false if there is no such token */
  remove(id: string): Promise<boolean>;
}
