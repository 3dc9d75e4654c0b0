/** The rows of the embedded database for `move`. */
import type { Movable, MovableRows, MovedRow, MovedTable } from '../move.js';
import type { Database } from './database.js';

/** @param database migrated; its owner closes it */
export function sqliteMovable(database: Database): Movable {
  return {
    async within(work) {
      database.exec('BEGIN');
      try {
        const result = await work(rowsOf(database));
        database.exec('COMMIT');
        return result;
      } catch (error) {
        if (database.inTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
  };
}

function rowsOf(database: Database): MovableRows {
  return {
    async count({ name }) {
      return (database.prepare(`SELECT count(*) AS n FROM ${name}`).get() as { n: number }).n;
    },
    async read({ name, columns, key, json = [] }, after, most) {
      const from = after ? `WHERE (${key.join(', ')}) > (${key.map(() => '?').join(', ')})` : '';
      const rows = database.prepare(`SELECT ${columns.join(', ')} FROM ${name} ${from} ORDER BY ${key.join(', ')} LIMIT ?`).all(...(after ? key.map((column) => after[column]) : []), most) as MovedRow[];
      return rows.map((row) => ({ ...row, ...Object.fromEntries(json.map((column) => [column, row[column] === null ? null : JSON.parse(row[column] as string)])) }));
    },
    async write({ name, columns, json = [] }: MovedTable, rows) {
      const insert = database.prepare(`INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`);
      const isJson = columns.map((column) => json.includes(column));
      for (const row of rows) insert.run(...columns.map((column, index) => (isJson[index] && row[column] !== null ? JSON.stringify(row[column]) : row[column])));
    },
  };
}
