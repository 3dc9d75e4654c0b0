/**
 * Opens the embedded database: one SQLite file in write-ahead mode, migrated when it is opened.
 * Commits survive a crash of the process; a power failure may lose the last ones, but corrupts nothing
 * (https://sqlite.org/wal.html).
 */
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type Libsql from 'libsql';
import { WrongDatabaseError } from '../store.js';
import { MIGRATIONS } from './migrations.js';

export type Database = Libsql.Database;

/**
 * @param path of the file, created with its folder if missing; `:memory:` for none
 * @param migrations of its schema; those of the history by default
 * @throws WrongDatabaseError when it is no SQLite database, or of a newer version
 * @throws Error with the reason: no permission, a full disk
 */
export function openDatabase(path: string, migrations: readonly string[] = MIGRATIONS): Database {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  return withDatabase(path, (database) => {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    migrate(database, path, migrations);
    return database;
  });
}

/**
 * The schema version of a database file, for checks: nothing is migrated.
 * @returns undefined if there is no file
 * @throws as `openDatabase`
 */
export function databaseVersion(path: string): { readonly version: number; readonly newest: number } | undefined {
  if (!existsSync(path)) return undefined;
  return withDatabase(path, (database) => {
    const version = versionOf(database, path, MIGRATIONS);
    // Fails if the file is not writable.
    database.exec('BEGIN IMMEDIATE; ROLLBACK;');
    database.close();
    return { version, newest: MIGRATIONS.length };
  });
}

/**
 * Copies a database as it is at this moment into a new file, which is not migrated.
 * @param complete may add to the copy, which is deleted if it throws
 * @throws as `openDatabase`, and Error if there is no such file
 */
export function copyDatabase(path: string, to: string, complete: (copy: Database) => void): void {
  if (!existsSync(path)) throw new Error(`There is no database ${path}.`);
  withDatabase(path, (database) => {
    versionOf(database, path, MIGRATIONS);
    database.prepare('VACUUM INTO ?').run(to);
    database.close();
  });
  withDatabase(to, (copy) => {
    complete(copy);
    copy.close();
  });
}

/** @throws what `use` throws, after the database is closed */
function withDatabase<T>(path: string, use: (database: Database) => T): T {
  // Loaded on demand, so a server without a database starts on platforms that libsql has no binary for.
  const database = new (createRequire(import.meta.url)('libsql') as typeof Libsql)(path);
  try {
    database.exec('PRAGMA busy_timeout = 2000;');
    return use(database);
  } catch (error) {
    database.close();
    if ((error as { code?: unknown }).code === 'SQLITE_NOTADB') throw new WrongDatabaseError(`${path} is not an SQLite database. Use another file.`);
    throw error;
  }
}

/** @throws WrongDatabaseError if the schema is newer than this livegenre */
function versionOf(database: Database, path: string, { length: newest }: readonly string[]): number {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > newest) {
    throw new WrongDatabaseError(`${path} was written by a newer livegenre (schema version ${version}; this one supports ${newest}). Use the newer livegenre, or another file.`);
  }
  return version;
}

/** Runs each pending migration in its own transaction; `user_version` counts them. */
function migrate(database: Database, path: string, migrations: readonly string[]): void {
  for (let next = versionOf(database, path, migrations); next < migrations.length; next++) {
    database.exec(`BEGIN IMMEDIATE; ${migrations[next]!} PRAGMA user_version = ${next + 1}; COMMIT;`);
  }
}
