/** API tokens in the database: their SHA-256 and what they allow, never the tokens. Read at every use, so that a change by another process counts at once. */
import type { Statement } from 'libsql';
import type { Role } from '../protocol/role.js';
import type { Database } from './database.js';
import { asStoreError } from './store.js';

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

interface TokenRow extends Omit<StoredToken, 'stations' | 'origins'> {
  readonly stations: string | null;
  readonly origins: string | null;
}

/** All methods throw a `StoreError` when the database can't be read or written. */
export class TokenStore {
  readonly #database: () => Database;
  readonly #prepared = new Map<string, Statement>();

  /** @param database called at first use, and again if it throws; its owner closes it */
  constructor(database: () => Database) {
    this.#database = database;
  }

  add({ stations, origins, ...rest }: StoredToken): void {
    this.#run(
      'INSERT INTO tokens VALUES (:id, :hash, :name, :role, :stations, :origins, :createdAtMs, :usedAtMs)',
      { ...rest, stations: stations && JSON.stringify(stations), origins: origins && JSON.stringify(origins) },
    );
  }

  get(id: string): StoredToken | undefined {
    return this.#rows('SELECT * FROM tokens WHERE id = :id', { id })[0];
  }

  /** Oldest first. */
  list(): StoredToken[] {
    return this.#rows('SELECT * FROM tokens ORDER BY createdAtMs, id');
  }

  markUsed(id: string, atMs: number): void {
    this.#run('UPDATE tokens SET usedAtMs = :atMs WHERE id = :id', { id, atMs });
  }

  /** @returns false if there is no such token */
  remove(id: string): boolean {
    return this.#run('DELETE FROM tokens WHERE id = :id', { id }) > 0;
  }

  #run(sql: string, values: Readonly<Record<string, unknown>>): number {
    return asStoreError(() => this.#statement(sql).run(values).changes);
  }

  #rows(sql: string, values: Readonly<Record<string, unknown>> = {}): StoredToken[] {
    const rows = asStoreError(() => this.#statement(sql).all(values) as TokenRow[]);
    return rows.map(({ stations, origins, ...rest }) => ({ ...rest, stations: listOf(stations), origins: listOf(origins) }));
  }

  #statement(sql: string): Statement {
    let statement = this.#prepared.get(sql);
    if (!statement) this.#prepared.set(sql, statement = this.#database().prepare(sql));
    return statement;
  }
}

function listOf(json: string | null): readonly string[] | null {
  return json === null ? null : JSON.parse(json) as string[];
}
