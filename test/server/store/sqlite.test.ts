import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase } from '../../../server/store/database.js';
import { SqliteStore } from '../../../server/store/sqlite.js';
import { historyStoreTests, segment } from './history-store.js';

historyStoreTests('SQLite', () => new SqliteStore(() => openDatabase(':memory:')));

test('SQLite: a batch interrupted by a full disk is rolled back', async () => {
  const database = openDatabase(':memory:');
  const store = new SqliteStore(() => database);
  const rows = Array.from({ length: 2000 }, (_, index) => ({ kind: 'segment', station: 'a', segment: segment(index, index + 1) } as const));
  const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number };
  database.exec(`PRAGMA max_page_count = ${pages + 5}`);
  await store.write({ forgotten: [], closed: rows, open: [] }).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, 'full'));
  assert.equal(await store.segments('a', { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }, 10), []);
  await store.write({ forgotten: [], closed: rows.slice(0, 5), open: [] });
  assert.is((await store.segments('a', { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }, 10)).length, 5);
  store.close();
});

test.run();
