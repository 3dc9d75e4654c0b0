/**
 * Backups of the database in one file, made and read back while a server uses it. A backup is an SQLite database
 * too (VACUUM INTO, which sees one moment and holds up no writer), with a table more for what belongs to it.
 */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { WrongDatabaseError } from '../store.js';
import { copyDatabase, openDatabase, type Database } from './database.js';
import { SqliteStore } from './store.js';

/** What is kept beside the database's tables. */
export interface BackupNotes {
  /** ms since 1970 */
  readonly madeAtMs: number;
  /** Text of the stations file; null if there was none. */
  readonly stations: string | null;
}

/** Deliveries are left out: what was waiting then may have been sent since, and no webhook must be repeated. */
const RESTORED = ['segments', 'states', 'titles', 'minutes', 'alerts', 'tokens'] as const;
/** Tables with open rows, and their key beside the station: what is open now is still being written. */
const OPEN: Readonly<Record<string, string>> = { segments: 'fromMs', states: 'fromMs', minutes: 'minute' };

/**
 * Writes a backup; an older one of that name is replaced once the new one is complete.
 * @throws WrongDatabaseError, or Error with the reason: no such file, a full disk
 */
export function writeBackup(path: string, to: string, notes: BackupNotes): void {
  const part = `${to}.part`;
  rmSync(part, { force: true });
  try {
    copyDatabase(path, part, (copy) => {
      copy.exec('CREATE TABLE backup (madeAtMs INTEGER NOT NULL, stations TEXT) STRICT');
      copy.prepare('INSERT INTO backup VALUES (?, ?)').run(notes.madeAtMs, notes.stations);
    });
    renameSync(part, to);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

export interface Restored {
  readonly notes: BackupNotes;
  /** Rows that were missing, by table. */
  readonly added: Readonly<Record<string, number>>;
}

/**
 * Adds what the backup has and the database lacks, in one transaction; rows that are there stay as they are, so
 * nothing recorded since is lost. The database is created if there is none. Backups of earlier versions are brought
 * up to date in a copy.
 * @throws WrongDatabaseError if the file is no backup, or of a newer version
 */
export function restoreBackup(from: string, path: string): Restored {
  const copy = `${path}.restoring`;
  mkdirSync(dirname(path), { recursive: true });
  removeDatabase(copy);
  try {
    copyDatabase(from, copy, (database) => {
      if (database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'backup'").get() === undefined) throw new WrongDatabaseError(`${from} is no backup; livegenre backup FILE makes one.`);
    });
    const store = new SqliteStore(() => openDatabase(copy));
    const { madeAtMs, stations } = store.database.prepare('SELECT madeAtMs, stations FROM backup').get() as BackupNotes;
    // An empty batch closes the rows that were open then.
    store.history.writeNow({ forgotten: [], closed: [], open: [] });
    void store.close();
    const database = openDatabase(path);
    try {
      database.prepare('ATTACH ? AS backup').run(copy);
      return { notes: { madeAtMs, stations }, added: addMissing(database) };
    } finally {
      database.close();
    }
  } finally {
    removeDatabase(copy);
  }
}

function addMissing(database: Database): Record<string, number> {
  database.exec('BEGIN IMMEDIATE');
  try {
    const added = Object.fromEntries(RESTORED.map((table) => [table, database.prepare(`INSERT OR IGNORE INTO main.${table} SELECT * FROM backup.${table} AS old ${unlessOpen(table)}`).run().changes]));
    database.exec('COMMIT');
    return added;
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function unlessOpen(table: string): string {
  const key = OPEN[table];
  return key === undefined ? '' : `WHERE NOT EXISTS (SELECT 1 FROM main.open_${table} AS now WHERE now.station = old.station AND now.${key} = old.${key})`;
}

function removeDatabase(path: string): void {
  for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(`${path}${ending}`, { force: true });
}
