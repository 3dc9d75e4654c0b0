/** What a server keeps, on a real PostgreSQL: the tests of every store, several servers with one database, outages, and the way there and back. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { checkDatabase, checkDisk, checkStations } from '../../server/doctor/storage.js';
import { Log } from '../../server/log.js';
import { openPersistence } from '../../server/persistence.js';
import { withDefaults } from '../../server/settings.js';
import { stationSchema, type StationConfig } from '../../server/stations/config.js';
import { History } from '../../server/stations/history.js';
import { StationsFile } from '../../server/stations/stations-file.js';
import { StationsTable } from '../../server/stations/stations-table.js';
import { MOVED_TABLES } from '../../server/store/move.js';
import type { Connection } from '../../server/store/postgres/connection.js';
import { PostgresSigningKeys } from '../../server/store/postgres/signing-keys.js';
import { PostgresHistory } from '../../server/store/postgres/history.js';
import { MIGRATIONS } from '../../server/store/postgres/migrations.js';
import { openPostgres, type PostgresStore } from '../../server/store/postgres/store.js';
import { openDatabase } from '../../server/store/sqlite/database.js';
import { SqliteStore } from '../../server/store/sqlite/store.js';
import { StoreError, WrongDatabaseError, type HistoryBatch } from '../../server/store/store.js';
import { run } from '../server/cli/in-process.js';
import { segment, state, storeContract } from '../server/store/store-contract.js';
import { ManualClock } from '../support/manual-clock.js';
import { until } from '../support/until.js';
import { POSTGRES_PROGRAMS, PostgresServer } from './postgres.js';
import { Bench, interop } from './programs.js';

const test = interop('the store in PostgreSQL', POSTGRES_PROGRAMS);
const bench = new Bench();
const PASSWORD = 'S3cr3t';
const ALL = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
let server: PostgresServer;
let folder: string;
/** Of the database that all tests but one share, each with empty tables: to make another costs a second of CPU. */
let url: string;
let shared: PostgresStore;
test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'livegenre-postgres-'));
  server = await PostgresServer.start(bench);
  url = server.url.replace('postgres@', `postgres:${PASSWORD}@`);
  shared = await open(url);
});
test.before.each(async () => void await shared.connection.query([...MOVED_TABLES, { name: 'stations' }, { name: 'fences' }].map(({ name }) => `DELETE FROM ${name}`).join('; ')));
test.after(async () => {
  rmSync(folder, { recursive: true });
  await shared.close();
  await bench.close();
});

const open = (place: string): Promise<PostgresStore> => openPostgres({ engine: 'postgres', url: place });
const batch = (part: Partial<HistoryBatch>): HistoryBatch => ({ forgotten: [], closed: [], open: [], ...part });
const station = (id: string, name = id): StationConfig => stationSchema.parse({ id, name, url: 'http://me:pass@radio.example/live' });

storeContract(test, 'PostgreSQL', async () => ({ ...shared, history: new PostgresHistory(shared.connection), close: async () => {} }));

test('servers that start at once make the tables once, those of a newer livegenre are refused, and doctor tells', async () => {
  await server.query('CREATE DATABASE another');
  const database = url.replace(/postgres$/, 'another');
  const doctor = () => checkDatabase(withDefaults({ database }));
  assert.match((await doctor()).found, /^PostgreSQL at 127\.0\.0\.1:\d+, database another, version \d+\.\d+; its tables will be made/);
  const stores = await Promise.all([open(database), open(database), open(database)]);
  const { mark, facts } = await doctor();
  assert.equal([mark, facts.version, facts.newest], ['ok', MIGRATIONS.length, MIGRATIONS.length]);
  assert.equal(await stores[0]!.connection.query('SELECT version FROM livegenre_version'), [{ version: MIGRATIONS.length }]);
  await stores[0]!.connection.query('UPDATE livegenre_version SET version = 999');
  const newer = await doctor();
  assert.equal([newer.mark, newer.facts.version], ['problem', 999]);
  await open(database).then(() => assert.unreachable(), (error: Error) => {
    assert.instance(error, WrongDatabaseError);
    assert.match(error.message, /written by a newer livegenre \(schema version 999/);
    assert.not.match(error.message, PASSWORD);
  });
  for (const store of stores) await store.close();
});

test('nodes share the keys for tokens of pages: one is made a day, and each is deleted an hour after it signs no more', async () => {
  const { connection, signingKeys } = shared;
  const age = (key: string, hours: number): Promise<unknown> => connection.query('UPDATE signing_keys SET "madeAt" = now() - make_interval(hours => $2) WHERE key = $1', [key, hours]);
  const [first] = await signingKeys.keys();
  assert.is(Buffer.from(first!, 'base64url').length, 32);
  assert.equal(await new PostgresSigningKeys(connection).keys(), [first]);
  await age(first!, 23);
  assert.equal(await signingKeys.keys(), [first]);
  await age(first!, 24);
  const [second, ...older] = await signingKeys.keys();
  assert.ok(second !== first);
  assert.equal(older, [first]);
  await age(first!, 25);
  assert.equal(await signingKeys.keys(), [second]);
});

test('texts that PostgreSQL can not store are stored without what it can not', async () => {
  await shared.history.write(batch({ closed: [{ kind: 'title', station: 'a', title: { atMs: 1, title: 'a\0b \ud83c 🎵' } }] }));
  assert.equal(await shared.history.titles('a', ALL, 10), [{ atMs: 1, title: 'ab \ufffd 🎵' }]);
});

test('one bad row among many is found, and all others are written', async () => {
  const good = Array.from({ length: 300 }, (_, index) => ({ kind: 'segment', station: 'a', segment: segment(index, index + 1) } as const));
  const bad = { kind: 'segment', station: 'b', segment: { ...segment(0, 1), toMs: 0.5 } } as const;
  const minute = { kind: 'minute', station: 'b', minute: { minute: 0.5, shares: {} } } as const;
  const refused = await shared.history.write(batch({ closed: [...good.slice(0, 123), bad, ...good.slice(123), minute] }));
  assert.equal(refused.map((each) => each.station), ['b', 'b']);
  assert.is((await shared.history.segments('a', ALL, 1000)).length, 300);
});

test('a server that takes over a station closes the rows that another left open', async () => {
  const [one, other] = [new PostgresHistory(shared.connection), new PostgresHistory(shared.connection)];
  const first = { minute: 100, shares: { rock: 20_000 } };
  await one.write(batch({ open: [{ station: 'a', segment: segment(0, 20), state: state(0, 20), minute: first }, { station: 'b', segment: segment(0, 20), state: null, minute: first }] }));
  await other.write(batch({ open: [{ station: 'a', segment: segment(25, 30), state: state(25, 30), minute: { minute: 100, shares: { jazz: 5000 } } }] }));
  assert.equal(await other.segments('a', ALL, 10), [segment(0, 20), segment(25, 30)]);
  assert.equal(await other.states('a', ALL, 10), [state(0, 20), state(25, 30)]);
  assert.equal(await other.minutes('a', { fromMs: 0, toMs: 1e9 }, 10), [{ minute: 100, shares: { rock: 20_000, jazz: 5000 } }]);
  assert.equal((await shared.connection.query('SELECT station FROM open_segments ORDER BY station')), [{ station: 'a' }, { station: 'b' }], 'b is still open');
});

test('a batch whose answer was lost is not counted twice', async () => {
  let isLost = true;
  const losing = new Proxy(shared.connection, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (name !== 'transaction') return typeof value === 'function' ? value.bind(target) as unknown : value;
      return async (...args: Parameters<Connection['transaction']>) => {
        const result = await target.transaction(...args);
        if (!isLost) return result;
        isLost = false;
        throw new StoreError('Connection terminated unexpectedly');
      };
    },
  });
  const history = new PostgresHistory(losing);
  const minute = { kind: 'minute', station: 'a', minute: { minute: 7, shares: { rock: 20_000 } } } as const;
  await history.write(batch({ closed: [minute] })).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, 'terminated'));
  await history.write(batch({ closed: [minute, { kind: 'minute', station: 'a', minute: { minute: 8, shares: { rock: 1 } } }] }));
  assert.equal(await history.minutes('a', ALL, 10), [{ minute: 7, shares: { rock: 20_000 } }, { minute: 8, shares: { rock: 1 } }]);
  await history.write(batch({ closed: [minute] }));
  assert.equal((await history.minutes('a', ALL, 1))[0], { minute: 7, shares: { rock: 40_000 } }, 'a second part of a minute is added');
});

test('servers with one database do not undo each other\'s changes of stations', async () => {
  const [here, there] = [new StationsTable(shared.stations), new StationsTable(shared.stations)];
  assert.equal(await here.load(), []);
  await here.save([station('c'), station('a'), station('b')]);
  assert.equal((await there.load()).map(({ id }) => id), ['c', 'a', 'b'], 'in order of addition');
  await there.save([station('c'), station('a', 'New name'), station('b'), station('d')]);
  await here.save([station('c'), station('a')]);
  assert.equal((await new StationsTable(shared.stations).load()).map(({ id, name }) => [id, name]), [['c', 'c'], ['a', 'New name'], ['d', 'd']]);
  await here.save([station('c'), station('a'), station('d', 'Another')]).then(() => assert.unreachable(), (error: Error & { code?: string }) => assert.is(error.code, 'not-kept'));
});

test('while PostgreSQL is away rows wait in memory, and a server that starts waits for it', async () => {
  const lines: { what: string; reason?: string }[] = [];
  const log = new Log('info', (line) => lines.push(JSON.parse(line) as { what: string }));
  const history = new History({ store: shared.history, log, scheduler: new ManualClock() });
  const titles = async (): Promise<(string | null)[]> => (await shared.history.titles('a', ALL, 10)).map(({ title }) => title);
  history.record('a', { type: 'title', atMs: 1, title: 'before' });
  await history.flush();
  await server.stop();
  history.record('a', { type: 'title', atMs: 2, title: 'meanwhile' });
  await history.flush();
  history.record('a', { type: 'title', atMs: 3, title: 'still' });
  await history.flush();
  assert.ok(history.status.isFailing && history.status.waitingRows === 2);
  await titles().then(() => assert.unreachable(), (error: Error) => assert.instance(error, StoreError));
  await open(url).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, /^PostgreSQL at 127\.0\.0\.1:\d+, database postgres can't be used: connect ECONNREFUSED/));
  const starting = openPersistence(withDefaults({ database: url, keepDays: 36_500 }), log);
  await until(() => lines.length > 1);
  assert.equal(lines.map(({ what }) => what), ['history can not be written; stations keep running', 'the database can not be reached; waiting for it']);
  for (const { reason } of lines) assert.match(reason!, /ECONNREFUSED|terminat/);
  await server.start();
  await history.flush();
  assert.equal(await titles(), ['before', 'meanwhile', 'still']);
  assert.is(lines.at(-1)!.what, 'history is written again');
  const started = await starting;
  await started.close();
  await server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
  history.record('a', { type: 'title', atMs: 4, title: 'ended' });
  await history.flush();
  await history.flush();
  assert.equal(await titles(), ['before', 'meanwhile', 'still', 'ended']);
  await history.close();
  assert.not.match(JSON.stringify(lines), PASSWORD);
});

test('a server finds its stations and history there after a restart, and says that the stations file is not read', async () => {
  const lines: string[] = [];
  const file = join(folder, 'unread.json');
  await new StationsFile(file).save([station('file')]);
  const start = () => openPersistence(withDefaults({ database: url, stations: file, keepDays: 36_500 }), new Log('debug', (line) => lines.push(line)));
  const before = await start();
  await before.list.save([station('a'), station('b')]);
  before.history!.record('a', { type: 'title', atMs: 5, title: 'Artist - Song' });
  await before.close();
  const after = await start();
  assert.equal(after.stations, [station('a'), station('b')]);
  assert.equal(await after.store!.history.titles('a', ALL, 10), [{ atMs: 5, title: 'Artist - Song' }]);
  await after.close();
  assert.match(lines[0]!, 'the stations file is not read');
  assert.not.match(lines.join(), PASSWORD);
});

test('doctor says why PostgreSQL can not be used', async () => {
  const settings = withDefaults({ database: url.replace(/postgres$/, 'none') });
  const { mark, found } = await checkDatabase(settings);
  assert.equal([mark, found.includes('database "none" does not exist'), found.includes(PASSWORD)], ['problem', true, false]);
  assert.equal([(await checkStations(settings)).found, (await checkDisk(settings)).mark], ['in PostgreSQL', 'ok']);
  // Nor does a server wait for a database that nobody has made.
  await openPersistence(settings, new Log('error', () => {})).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, 'does not exist'));
});

test('all data moves from SQLite to PostgreSQL and back, and nothing into a place that has some', async () => {
  const path = join(folder, 'stations.db');
  const file = join(folder, 'stations.json');
  const first = new SqliteStore(() => openDatabase(path));
  await first.history.write(batch({
    closed: [
      ...Array.from({ length: 5001 }, (_, index) => ({ kind: 'minute', station: `s${index % 3}`, minute: { minute: index, shares: { 'drum and bass': index } } } as const)),
      { kind: 'segment', station: 'a', segment: { ...segment(0, 10), tags: [['calm', 0.71]], mood: { lively: 0.25 } } },
      { kind: 'title', station: 'a', title: { atMs: 1, title: null } },
      { kind: 'alert', station: 'a', alert: { id: 'x', station: { id: 'a', name: 'A' }, type: 'down', fromMs: 1, toMs: null, sentence: '“ö”' } },
    ],
    open: [{ station: 'a', segment: segment(10, 12), state: state(0, 12), minute: { minute: 20_000, shares: { rock: 1 } } }],
  }));
  await first.deliveries.write([{ eventId: 'e', target: 'http://x/', alertId: 'x', stationId: 'a', body: '{}', createdAtMs: 1, attempts: 2, nextAtMs: 3, doneAtMs: null, outcome: null, failure: 'no' }]);
  await first.tokens.add({ id: 't', hash: 'h', name: 'n', role: 'view', stations: ['a'], origins: null, createdAtMs: 1, usedAtMs: null });
  await first.close();
  await new StationsFile(file).save([station('b'), station('a')]);

  const { exitCode, stdout, stderr } = await run(['move', '--from', `sqlite:${path}`, '--stations', file, '--to', url]);
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, /^Moved 2 stations, 1 segments, 1 titles, 5,001 minutes, 1 open_segments, 1 open_states, 1 open_minutes, 1 alerts, 1 deliveries, 1 tokens to PostgreSQL at /);
  const again = await run(['move', '--from', `sqlite:${path}`, '--to', url]);
  assert.match(again.stderr, /is not empty: it has 1 rows in the table segments\. Nothing was moved/);
  assert.not.match(stdout + again.stderr, PASSWORD);

  const back = await run(['move', '--from', url, '--to', `sqlite:${join(folder, 'back.db')}`, '--stations', join(folder, 'back.json')]);
  assert.is(back.exitCode, 0, back.stderr);
  assert.is(readFileSync(join(folder, 'back.json'), 'utf8'), readFileSync(file, 'utf8'));
  const [before, after] = [openDatabase(path), openDatabase(join(folder, 'back.db'))];
  for (const { name, key } of MOVED_TABLES) {
    const rows = (database: typeof before): unknown => database.prepare(`SELECT * FROM ${name} ORDER BY ${key.join(', ')}`).all();
    assert.equal(rows(after), rows(before), name);
  }
  before.close();
  after.close();
});

test.run();
