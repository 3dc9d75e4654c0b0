/** Backups while the server's store is open, and databases of every earlier version. */
import { existsSync, mkdtempSync, readdirSync, copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { restoreBackup, writeBackup } from '../../../../server/store/sqlite/backup.js';
import { openDatabase } from '../../../../server/store/sqlite/database.js';
import { MIGRATIONS } from '../../../../server/store/sqlite/migrations.js';
import { SqliteStore } from '../../../../server/store/sqlite/store.js';
import { WrongDatabaseError, type HistorySegment } from '../../../../server/store/store.js';

/** One for each version of the schema, with the rows of `SEGMENT` and below; see `made-versions.ts`. */
const VERSIONS = fileURLToPath(new URL('../../../../../test/server/store/sqlite/versions/', import.meta.url));
const ALL = { fromMs: 0, toMs: 1e9 };

let folder: string;
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'livegenre-backup-'));
});
test.after.each(() => rmSync(folder, { recursive: true }));

/** Files without those that SQLite keeps beside an open database. */
const ours = (): string[] => readdirSync(folder).filter((name) => !/-(wal|shm)$/.test(name)).sort();
const segment = (fromMs: number, genre: string): HistorySegment => ({ fromMs, toMs: fromMs + 1000, state: 'music', genre, p: 0.5, nowPlaying: 'x' });
const closed = (...segments: readonly HistorySegment[]) => ({ forgotten: [], open: [], closed: segments.map((each) => ({ kind: 'segment' as const, station: 'one', segment: each })) });
const genres = async (store: SqliteStore): Promise<(string | null)[]> => (await store.history.segments('one', ALL, 100)).map(({ genre }) => genre);

test('a backup made under a writer has all that was written, and gives back what is gone, keeping what came since', async () => {
  const path = join(folder, 'stations.db');
  const store = new SqliteStore(() => openDatabase(path));
  await store.history.write({ ...closed(segment(1000, 'rock')), open: [{ station: 'one', segment: segment(2000, 'jazz'), state: null, minute: null }] });
  // Another connection, as that of the running server: committed rows lie in the write-ahead log.
  writeBackup(path, join(folder, 'a.backup'), { madeAtMs: 5, stations: '{}' });
  assert.equal(readdirSync(folder).filter((name) => name.includes('.backup')), ['a.backup']);

  await store.history.write({ forgotten: ['one'], closed: [], open: [] });
  await store.history.write(closed(segment(3000, 'pop')));
  const { notes, added } = restoreBackup(join(folder, 'a.backup'), path);
  assert.equal(notes, { madeAtMs: 5, stations: '{}' });
  assert.equal(added, { segments: 2, states: 0, titles: 0, minutes: 0, alerts: 0, tokens: 0 });
  assert.equal(await genres(store), ['rock', 'jazz', 'pop']);
  assert.is(restoreBackup(join(folder, 'a.backup'), path).added.segments, 0);
  await store.history.write(closed(segment(4000, 'folk')));
  assert.equal(await genres(store), ['rock', 'jazz', 'pop', 'folk']);
  await store.close();
  assert.equal(ours(), ['a.backup', 'stations.db']);
});

test('a row that was open and still is stays one row', async () => {
  const path = join(folder, 'stations.db');
  const store = new SqliteStore(() => openDatabase(path));
  await store.history.write({ ...closed(), open: [{ station: 'one', segment: segment(2000, 'jazz'), state: null, minute: { minute: 0, shares: { jazz: 1000 } } }] });
  writeBackup(path, join(folder, 'a.backup'), { madeAtMs: 5, stations: null });
  assert.equal(Object.values(restoreBackup(join(folder, 'a.backup'), path).added), [0, 0, 0, 0, 0, 0]);
  assert.equal(await genres(store), ['jazz']);
  await store.close();
});

test('a backup becomes a new database; a webhook that waited is not sent again', async () => {
  const path = join(folder, 'stations.db');
  const database = openDatabase(path);
  database.exec("INSERT INTO deliveries VALUES ('e', 'http://x/', 'a', 's', '{}', 1, 0, 2, NULL, NULL, NULL)");
  database.exec("INSERT INTO tokens VALUES ('t', 'hash', 'name', 'view', NULL, NULL, 1, NULL)");
  database.close();
  writeBackup(path, join(folder, 'a.backup'), { madeAtMs: 5, stations: null });
  restoreBackup(join(folder, 'a.backup'), join(folder, 'new', 'stations.db'));
  const restored = openDatabase(join(folder, 'new', 'stations.db'));
  assert.equal(restored.prepare('SELECT count(*) AS n FROM deliveries').all(), [{ n: 0 }]);
  assert.equal(restored.prepare('SELECT id FROM tokens').all(), [{ id: 't' }]);
  assert.is(restored.prepare("SELECT name FROM sqlite_master WHERE name = 'backup'").get(), undefined);
  restored.close();
});

test('what is no backup is refused, and leaves everything as it was', () => {
  const path = join(folder, 'stations.db');
  openDatabase(path).close();
  writeFileSync(join(folder, 'text'), 'This is a text that is long enough to be taken for the start of a database file.'.repeat(20));
  for (const [from, reason] of [[join(folder, 'text'), /not an SQLite database/], [path, /is no backup/]] as const) {
    assert.throws(() => restoreBackup(from, join(folder, 'other.db')), (error: Error) => error instanceof WrongDatabaseError && reason.test(error.message));
    assert.not(existsSync(join(folder, 'other.db')));
  }
  assert.throws(() => writeBackup(join(folder, 'missing.db'), join(folder, 'b.backup'), { madeAtMs: 1, stations: null }), /There is no database/);
  assert.equal(ours(), ['stations.db', 'text']);
});

for (let version = 1; version < MIGRATIONS.length; version++) {
  test(`a database of version ${version} is brought up to date with its rows`, async () => {
    const path = join(folder, 'old.db');
    copyFileSync(`${VERSIONS}${version}.db`, path);
    const store = new SqliteStore(() => openDatabase(path));
    assert.equal(store.database.prepare('PRAGMA user_version').all(), [{ user_version: MIGRATIONS.length }]);
    assert.equal(await genres(store), ['rock', 'jazz']);
    assert.equal((await store.history.openAlerts()).map(({ id }) => id), ['alert']);
    // The open row of the process that wrote it is closed by the first batch.
    await store.history.write(closed(segment(9000, 'pop')));
    assert.equal(await genres(store), ['rock', 'jazz', 'pop']);
    const fresh = openDatabase(':memory:');
    const schema = (database: typeof fresh): unknown => database.prepare("SELECT name, type FROM sqlite_master ORDER BY name").all();
    assert.equal(schema(store.database), schema(fresh));
    for (const { name } of fresh.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[]) {
      assert.equal(store.database.prepare(`PRAGMA table_info(${name})`).all(), fresh.prepare(`PRAGMA table_info(${name})`).all(), name);
    }
    fresh.close();
    await store.close();
  });
}

test.run();
