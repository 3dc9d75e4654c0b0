/** The connection that all tables of the embedded database share: opened at first use, with its statements prepared once. */
import type { Statement } from 'libsql';
import { StoreError } from '../store.js';
import type { Database } from './database.js';

export class Connection {
  readonly #open: () => Database;
  #opened: Database | undefined;
  readonly #prepared = new Map<string, Statement>();

  /** @param open called at first use, and again if it throws */
  constructor(open: () => Database) {
    this.#open = open;
  }

  /** @throws StoreError if it can't be opened */
  get database(): Database {
    return (this.#opened ??= asStoreError(this.#open));
  }

  /**
   * Runs `work` between BEGIN and COMMIT, or undoes all of it.
   * @throws StoreError, or what `work` throws
   */
  transaction(work: () => void): void {
    const { database } = this;
    asStoreError(() => database.exec('BEGIN IMMEDIATE'));
    try {
      work();
      asStoreError(() => database.exec('COMMIT'));
    } catch (error) {
      // On a full disk SQLite has rolled back already.
      if (database.inTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }

  /**
   * @returns the number of changed rows
   * @throws StoreError
   */
  run(sql: string, values: Readonly<Record<string, unknown>> = {}): number {
    return asStoreError(() => this.#statement(sql).run(values).changes);
  }

  /** @throws StoreError */
  all<Row>(sql: string, values: Readonly<Record<string, unknown>> = {}): Row[] {
    return asStoreError(() => this.#statement(sql).all(values) as Row[]);
  }

  close(): void {
    const database = this.#opened;
    if (!database) return;
    try {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Fails on a full disk, for example; the write-ahead log is then read at the next start.
    }
    database.close();
  }

  #statement(sql: string): Statement {
    let statement = this.#prepared.get(sql);
    if (!statement) this.#prepared.set(sql, statement = this.database.prepare(sql));
    return statement;
  }
}

function asStoreError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof StoreError ? error : new StoreError((error as Error).message, { cause: error });
  }
}
