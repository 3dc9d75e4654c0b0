/** The journal of written tags in the library's database: what a file said before, and what was written. */
import { isText, nameFromBytes, pathOf, readableName } from '../../sources/file-names.js';
import type { Database } from '../../store/sqlite/database.js';
import type { Fields } from './fields.js';

export type WriteState = 'begun' | 'done' | 'undone' | 'failed';

export interface JournalEntry {
  readonly id: number;
  /** Relative to the root, as `file-names.ts` writes names. */
  readonly path: string;
  /** Absolute path of the copy that takes the file's place. */
  readonly copy: string;
  readonly before: Fields;
  readonly after: Fields;
}

export class Journal {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    // A row must be on the disk before the file is replaced.
    database.exec('PRAGMA synchronous = FULL');
  }

  /** Number of a new run. */
  nextRun(): number {
    return (this.#database.prepare('SELECT coalesce(max(run), 0) + 1 AS run FROM tagWrites').get() as { run: number }).run;
  }

  /** @returns the id of the entry */
  begin(run: number, { path, copy, before, after }: Omit<JournalEntry, 'id'>, nowMs: number): number {
    const bytes = isText(path) ? null : (pathOf(path) as Buffer).toString('latin1');
    return Number(this.#database.prepare(`INSERT INTO tagWrites (run, atMs, path, bytes, copy, before, after, state) VALUES (:run, :nowMs, :path, :bytes, :copy, :before, :after, 'begun')`)
      .run({ run, nowMs, path: readableName(path), bytes, copy, before: JSON.stringify(before), after: JSON.stringify(after) }).lastInsertRowid);
  }

  set(id: number, state: WriteState): void {
    this.#database.prepare('UPDATE tagWrites SET state = :state WHERE id = :id').run({ id, state });
  }

  /** Entries that a kill left half done. */
  begun(): JournalEntry[] {
    return this.#entries(`state = 'begun'`, 'id');
  }

  /** The newest run that can be undone, newest entry first. */
  last(): JournalEntry[] {
    return this.#entries(`state = 'done' AND run = (SELECT max(run) FROM tagWrites WHERE state = 'done')`, 'id DESC');
  }

  #entries(where: string, order: string): JournalEntry[] {
    const rows = this.#database.prepare(`SELECT id, path, bytes, copy, before, after FROM tagWrites WHERE ${where} ORDER BY ${order}`).all() as { id: number; path: string; bytes: string | null; copy: string; before: string; after: string }[];
    return rows.map(({ id, path, bytes, copy, before, after }) => ({
      id, path: bytes === null ? path : nameFromBytes(Buffer.from(bytes, 'latin1')), copy, before: fieldsFrom(before), after: fieldsFrom(after),
    }));
  }
}

/** JSON leaves out what is undefined. */
function fieldsFrom(json: string): Fields {
  const { genre, own } = JSON.parse(json) as Fields;
  return { genre, own };
}
