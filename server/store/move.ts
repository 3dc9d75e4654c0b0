/**
 * Moves everything from one database to another, whichever engines they are: table by table in batches, read as of one
 * moment, written in one transaction, so that the target has all of it or nothing.
 */

export type MovedRow = Readonly<Record<string, unknown>>;

export interface MovedTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Columns that identify a row; it is read in their order. */
  readonly key: readonly string[];
  /** Columns of values that SQLite keeps as JSON text. */
  readonly json?: readonly string[];
}

const SEGMENTS = { columns: ['station', 'fromMs', 'toMs', 'state', 'genre', 'p', 'nowPlaying', 'tags', 'lively', 'happy'], json: ['tags'] };
const STATES = { columns: ['station', 'fromMs', 'toMs', 'state', 'reason'] };
const MINUTES = { columns: ['station', 'minute', 'shares'], json: ['shares'] };

/** All tables of both engines but the stations, which are in a file with SQLite. */
export const MOVED_TABLES: readonly MovedTable[] = [
  { name: 'segments', ...SEGMENTS, key: ['station', 'fromMs'] },
  { name: 'states', ...STATES, key: ['station', 'fromMs'] },
  { name: 'titles', columns: ['station', 'atMs', 'title'], key: ['station', 'atMs'] },
  { name: 'minutes', ...MINUTES, key: ['station', 'minute'] },
  { name: 'open_segments', ...SEGMENTS, key: ['station'] },
  { name: 'open_states', ...STATES, key: ['station'] },
  { name: 'open_minutes', ...MINUTES, key: ['station'] },
  { name: 'alerts', columns: ['id', 'station', 'stationName', 'type', 'fromMs', 'toMs', 'sentence'], key: ['id'] },
  { name: 'deliveries', columns: ['eventId', 'target', 'alertId', 'stationId', 'body', 'createdAtMs', 'attempts', 'nextAtMs', 'doneAtMs', 'outcome', 'failure'], key: ['eventId', 'target'] },
  { name: 'tokens', columns: ['id', 'hash', 'name', 'role', 'stations', 'origins', 'createdAtMs', 'usedAtMs'], key: ['id'], json: ['stations', 'origins'] },
];

/** The rows of a database within a transaction. */
export interface MovableRows {
  count(table: MovedTable): Promise<number>;
  /** @param after the last row that was read; undefined for the first ones */
  read(table: MovedTable, after: MovedRow | undefined, most: number): Promise<MovedRow[]>;
  write(table: MovedTable, rows: readonly MovedRow[]): Promise<void>;
}

export interface Movable {
  /** Runs `work` in one transaction, which is undone if it throws. */
  within<T>(work: (rows: MovableRows) => Promise<T>): Promise<T>;
}

/** The target has rows already. */
export class NotEmptyError extends Error {
  override readonly name = 'NotEmptyError';
}

const BATCH_ROWS = 5000;

/**
 * @param onProgress told the number of rows that were moved, and of all
 * @returns the number of rows by table
 * @throws NotEmptyError, or Error if the target has not all rows in the end; then it stays empty
 */
export function moveRows(from: Movable, to: Movable, onProgress: (moved: number, all: number) => void = () => {}): Promise<Readonly<Record<string, number>>> {
  return from.within((source) => to.within(async (target) => {
    const counts: Record<string, number> = {};
    for (const table of MOVED_TABLES) {
      counts[table.name] = await source.count(table);
      const there = await target.count(table);
      if (there > 0) throw new NotEmptyError(`it has ${there} rows in the table ${table.name}`);
    }
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    let moved = 0;
    for (const table of MOVED_TABLES) {
      let last: MovedRow | undefined;
      do {
        const rows: MovedRow[] = await source.read(table, last, BATCH_ROWS);
        await target.write(table, rows);
        last = rows.at(-1);
        onProgress(moved += rows.length, all);
      } while (last);
      const written = await target.count(table);
      if (written !== counts[table.name]) throw new Error(`the table ${table.name} has ${counts[table.name]} rows, and ${written} of them arrived`);
    }
    return counts;
  }));
}
