/** The rows of PostgreSQL for `move`. */
import type { Movable, MovedRow } from '../move.js';
import type { Connection } from './connection.js';
import { quoted, upsert } from './rows.js';

/** Whoever wrote a row that was open: the next server closes it. */
const WRITER = 'move';

export function postgresMovable(connection: Connection): Movable {
  return {
    within: (work) => connection.transaction(async (client) => {
      await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      return work({
        async count({ name }) {
          return (await client.query<{ n: number }>(`SELECT count(*) AS n FROM ${name}`)).rows[0]!.n;
        },
        async read({ name, columns, key }, after, most) {
          const from = after ? `WHERE (${quoted(key)}) > (${key.map((_, index) => `$${index + 2}`).join(', ')})` : '';
          return (await client.query<MovedRow>(`SELECT ${quoted(columns)} FROM ${name} ${from} ORDER BY ${quoted(key)} LIMIT $1`, [most, ...(after ? key.map((column) => after[column]) : [])])).rows;
        },
        async write({ name, columns, key }, rows) {
          const isOpen = name.startsWith('open_');
          await upsert(client, { name, columns: isOpen ? [...columns, 'writer'] : columns, key }, isOpen ? rows.map((row) => ({ ...row, writer: WRITER })) : rows);
        },
      });
    }),
  };
}
