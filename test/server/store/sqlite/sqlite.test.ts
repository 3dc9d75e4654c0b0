import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase } from '../../../../server/store/sqlite/database.js';
import { MIGRATIONS } from '../../../../server/store/sqlite/migrations.js';
import { SqliteStore } from '../../../../server/store/sqlite/store.js';
import { segment, storeContract } from '../store-contract.js';

storeContract(test, 'SQLite', async () => new SqliteStore(() => openDatabase(':memory:')));

test('SQLite: a batch interrupted by a full disk is rolled back', async () => {
  const database = openDatabase(':memory:');
  const store = new SqliteStore(() => database);
  const rows = Array.from({ length: 2000 }, (_, index) => ({ kind: 'segment', station: 'a', segment: segment(index, index + 1) } as const));
  const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number };
  database.exec(`PRAGMA max_page_count = ${pages + 5}`);
  await store.history.write({ forgotten: [], closed: rows, open: [] }).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, 'full'));
  assert.equal(await store.history.segments('a', { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }, 10), []);
  await store.history.write({ forgotten: [], closed: rows.slice(0, 5), open: [] });
  assert.is((await store.history.segments('a', { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }, 10)).length, 5);
  await store.close();
});

test('SQLite: history from before there were tags is read, and goes on with them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-sqlite-'));
  const path = join(folder, 'stations.db');
  try {
    const before = openDatabase(path, MIGRATIONS.slice(0, 2));
    const { fromMs, toMs, state, genre, p, nowPlaying } = segment(0, 10);
    for (const table of ['segments', 'open_segments']) before.prepare(`INSERT INTO ${table} VALUES ('a', ?, ?, ?, ?, ?, ?)`).run(fromMs + (table === 'segments' ? 0 : 10_000), toMs + (table === 'segments' ? 0 : 10_000), state, genre, p, nowPlaying);
    before.close();
    const store = new SqliteStore(() => openDatabase(path));
    const tagged = { ...segment(20, 30), tags: [['calm', 0.7]] } as const;
    await store.history.write({ forgotten: [], closed: [{ kind: 'segment', station: 'a', segment: tagged }], open: [] });
    assert.equal(await store.history.segments('a', { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }, 10), [segment(0, 10), segment(10, 20), tagged]);
    await store.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('SQLite: deliveries that were numbered still wait, with their attempts', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-sqlite-'));
  const path = join(folder, 'stations.db');
  try {
    const before = openDatabase(path, MIGRATIONS.slice(0, 4));
    before.exec("INSERT INTO deliveries VALUES (1, 'a-raised', 'a', 's', 'http://x/', '{}', 5, 2, 9, NULL, NULL, 'no'), (2, 'b-raised', 'b', 's', 'http://x/', '{}', 5, 1, 5, 6, 'delivered', NULL)");
    before.close();
    const store = new SqliteStore(() => openDatabase(path));
    assert.equal(await store.deliveries.pending(), [{ eventId: 'a-raised', target: 'http://x/', alertId: 'a', stationId: 's', body: '{}', createdAtMs: 5, attempts: 2, nextAtMs: 9, doneAtMs: null, outcome: null, failure: 'no' }]);
    await store.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
