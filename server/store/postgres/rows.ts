/**
 * Writes many rows with one statement: they travel as one JSON text, which PostgreSQL reads into rows of the table
 * (https://www.postgresql.org/docs/current/functions-json.html).
 */
import { sqlState, type Client } from './connection.js';

export type Row = Readonly<Record<string, unknown>>;

export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  /** Columns that identify a row. */
  readonly key: readonly string[];
  /** Columns that a row with the same key replaces; all others unless set. Without any, the row that is there stays. */
  readonly replaced?: readonly string[];
}

/** Told of a row that PostgreSQL refuses. */
export type OnRefused = (row: Row, reason: string) => void;

/** Column names in SQL: they have capital letters. */
export const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

/**
 * Adds rows, and replaces those with the same key. Of several with one key in `rows` only one may be given.
 * @param onRefused called for each row that can't be stored, and the others are written; costs two more statements.
 * Without it a refused row is an error, for which `isRefusal` is true
 */
export async function upsert(client: Client, table: Table, rows: readonly Row[], onRefused?: OnRefused): Promise<void> {
  if (rows.length === 0) return;
  const { name, columns, key, replaced = columns.filter((column) => !key.includes(column)) } = table;
  const sql = `INSERT INTO ${name} (${quoted(columns)}) SELECT ${quoted(columns)} FROM json_populate_recordset(NULL::${name}, $1)
    ON CONFLICT (${quoted(key)}) DO ${replaced.length === 0 ? 'NOTHING' : `UPDATE SET ${replaced.map((column) => `"${column}" = excluded."${column}"`).join(', ')}`}`;
  if (!onRefused) return void await client.query(sql, [json(rows)]);
  await client.query('SAVEPOINT rows');
  try {
    await client.query(sql, [json(rows)]);
    await client.query('RELEASE rows');
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await client.query('ROLLBACK TO rows');
    if (rows.length === 1) return onRefused(rows[0]!, (error as Error).message);
    const half = Math.ceil(rows.length / 2);
    await upsert(client, table, rows.slice(0, half), onRefused);
    await upsert(client, table, rows.slice(half), onRefused);
  }
}

/** Whether PostgreSQL refuses a value (classes 22 and 23: wrong data, a constraint), rather than to write at all. */
export function isRefusal(error: unknown): boolean {
  return /^2[23]/.test(sqlState(error) ?? '');
}

/** Texts of PostgreSQL have no NUL, and no halves of surrogate pairs. */
function json(rows: readonly Row[]): string {
  const text = JSON.stringify(rows);
  if (!/\\u(?:0000|d[89a-f])/.test(text)) return text;
  return JSON.stringify(rows, (_, value: unknown) => (typeof value === 'string' ? value.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\ufffd') : value));
}
