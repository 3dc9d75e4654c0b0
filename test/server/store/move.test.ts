import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MOVED_TABLES, moveRows, NotEmptyError, type Movable } from '../../../server/store/move.js';
import { openDatabase, type Database } from '../../../server/store/sqlite/database.js';
import { sqliteMovable } from '../../../server/store/sqlite/moved-rows.js';
import { SqliteStore } from '../../../server/store/sqlite/store.js';
import { segment } from './store-contract.js';

const rowsOf = (database: Database): unknown => MOVED_TABLES.map(({ name, key }) => database.prepare(`SELECT * FROM ${name} ORDER BY ${key.join(', ')}`).all());

async function filled(): Promise<Database> {
  const database = openDatabase(':memory:');
  const { history, tokens } = new SqliteStore(() => database);
  const closed = Array.from({ length: 5001 }, (_, index) => ({ kind: 'minute', station: `s${index % 2}`, minute: { minute: index, shares: { 'drum and bass': index } } } as const));
  await history.write({ forgotten: [], closed, open: [{ station: 'a', segment: { ...segment(0, 10), tags: [['calm', 0.7]] }, state: null, minute: null }] });
  await tokens.add({ id: 't', hash: 'h', name: 'n', role: 'view', stations: null, origins: ['https://a.example'], createdAtMs: 1, usedAtMs: null });
  return database;
}

test('all rows arrive, in batches, and the source keeps them', async () => {
  const [from, to] = [await filled(), openDatabase(':memory:')];
  const shown: number[] = [];
  const counts = await moveRows(sqliteMovable(from), sqliteMovable(to), (moved, all) => shown.push(moved / all));
  assert.equal([counts.minutes, counts.open_segments, counts.tokens, counts.alerts], [5001, 1, 1, 0]);
  assert.equal(rowsOf(to), rowsOf(from));
  assert.ok(shown.length > MOVED_TABLES.length && shown.at(-1) === 1);
  from.close();
  to.close();
});

test('a target that has rows is refused, and one that lacks some in the end stays empty', async () => {
  const [from, to] = [await filled(), openDatabase(':memory:')];
  to.exec("INSERT INTO titles (station, atMs, title) VALUES ('a', 1, 'x')");
  await moveRows(sqliteMovable(from), sqliteMovable(to)).then(() => assert.unreachable(), (error: Error) => {
    assert.instance(error, NotEmptyError);
    assert.is(error.message, 'it has 1 rows in the table titles');
  });
  to.exec('DELETE FROM titles');
  const losing: Movable = { within: (work) => sqliteMovable(to).within((rows) => work({ ...rows, write: (table, batch) => rows.write(table, batch.slice(1)) })) };
  const empty = rowsOf(to);
  await moveRows(sqliteMovable(from), losing).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, /the table minutes has 5001 rows, and 4999 of them arrived/));
  assert.equal(rowsOf(to), empty);
  from.close();
  to.close();
});

test.run();
