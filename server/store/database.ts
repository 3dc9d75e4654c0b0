/**
 * The embedded database: one SQLite file in write-ahead mode, brought up to date when it is opened.
 * What is committed survives the end of the process; a loss of power may take the last moments, and
 * corrupts nothing (https://sqlite.org/wal.html).
 */
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type Libsql from 'libsql';
import { MIGRATIONS } from './migrations.js';

export type Database = Libsql.Database;

/** The file is something else than a database that this version can use: trying again would not help. */
export class WrongDatabaseError extends Error {
  override readonly name = 'WrongDatabaseError';
}

/**
 * @param path of the file, made with its folder where there is none; `:memory:` for none
 * @throws WrongDatabaseError when it is no database, or one of a newer version
 * @throws Error with the reason: no permission, a full disk
 */
export function openDatabase(path: string): Database {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  // Loaded when it is needed: a server that keeps nothing starts without it, and where no binary of it fits.
  const database = new (createRequire(import.meta.url)('libsql') as typeof Libsql)(path);
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000;');
    migrate(database, path);
    return database;
  } catch (error) {
    database.close();
    if ((error as { code?: unknown }).code === 'SQLITE_NOTADB') throw new WrongDatabaseError(`${path} is no SQLite database. Use another file.`);
    throw error;
  }
}

/** Each migration in a transaction of its own, counted in the file itself. */
function migrate(database: Database, path: string): void {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > MIGRATIONS.length) {
    throw new WrongDatabaseError(`${path} is of a newer livegenre (its tables are at version ${version}, this one knows ${MIGRATIONS.length}). Use that one, or another file.`);
  }
  for (let next = version; next < MIGRATIONS.length; next++) {
    database.exec(`BEGIN IMMEDIATE; ${MIGRATIONS[next]!} PRAGMA user_version = ${next + 1}; COMMIT;`);
  }
}
