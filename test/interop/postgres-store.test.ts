/** What a server keeps, on a real PostgreSQL: the tests of every store, several servers with one database, outages, and the way there and back. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { checkDatabase, checkDisk, checkStations } from '../../server/doctor/storage.js';
import { Log } from '../../server/log.js';
import { withDefaults } from '../../server/settings.js';
import { stationSchema, type StationConfig } from '../../server/stations/config.js';
import { History } from '../../server/stations/history.js';
import { StationsFile } from '../../server/stations/stations-file.js';
import { StationsTable } from '../../server/stations/stations-table.js';
import { MOVED_TABLES } from '../../server/store/move.js';
import type { Connection } from '../../server/store/postgres/connection.js';
import { PostgresHistory } from '../../server/store/postgres/history.js';
import { MIGRATIONS } from '../../server/store/postgres/migrations.js';
import { openPostgres, type PostgresStore } from '../../server/store/postgres/store.js';
import { openDatabase } from '../../server/store/sqlite/database.js';
import { SqliteStore } from '../../server/store/sqlite/store.js';
import { StoreError, WrongDatabaseError, type HistoryBatch } from '../../server/store/store.js';
import { run } from '../server/cli/program.js';
import { startTestServer } from '../server/rig.js';
import { SimulatedSources, URL_ONE } from '../server/stations/simulated-sources.js';
import { segment, state, storeContract } from '../server/store/store-contract.js';
import { ManualClock } from '../support/manual-clock.js';
import { POSTGRES_PROGRAMS, PostgresServer } from './postgres.js';
import { Bench, interop } from './programs.js';

const test = interop('the store in PostgreSQL', POSTGRES_PROGRAMS);
const bench = new Bench();
const PASSWORD = 'S3cr3t';
const ALL = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
let server: PostgresServer;
let databases = 0;
let folder: string;
test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'livegenre-postgres-'));
  server = await PostgresServer.start(bench);
});
test.after(async () => {
  rmSync(folder, { recursive: true });
  await bench.close();
});

/** Address of a new, empty database. */
async function newDatabase(): Promise<string> {
  const name = `kept_${++databases}`;
  await server.query(`CREATE DATABASE ${name}`);
  return server.url.replace('postgres@', `postgres:${PASSWORD}@`).replace(/\/postgres$/, `/${name}`);
}

const open = (url: string): Promise<PostgresStore> => openPostgres({ engine: 'postgres', url });
const batch = (part: Partial<HistoryBatch>): HistoryBatch => ({ forgotten: [], closed: [], open: [], ...part });
const station = (id: string, name = id): StationConfig => stationSchema.parse({ id, name, url: 'http://me:pass@radio.example/live' });

let contractUrl: string | undefined;
storeContract(test, 'PostgreSQL', async () => {
  const store = await open(contractUrl ??= await newDatabase());
  await store.connection.query(`TRUNCATE ${MOVED_TABLES.map(({ name }) => name).join(', ')}`);
  return store;
});

test('servers that start at once make the tables once, and those of a newer livegenre are refused', async () => {
  const url = await newDatabase();
  const stores = await Promise.all([open(url), open(url), open(url)]);
  assert.equal(await stores[0]!.connection.query('SELECT version FROM livegenre_version'), [{ version: MIGRATIONS.length }]);
  await stores[0]!.connection.query('UPDATE livegenre_version SET version = 999');
  await open(url).then(() => assert.unreachable(), (error: Error) => {
    assert.instance(error, WrongDatabaseError);
    assert.match(error.message, /written by a newer livegenre \(schema version 999/);
    assert.not.match(error.message, PASSWORD);
  });
  for (const store of stores) await store.close();
});

test('texts that PostgreSQL can not store are stored without what it can not', async () => {
  const store = await open(await newDatabase());
  await store.history.write(batch({ closed: [{ kind: 'title', station: 'a', title: { atMs: 1, title: 'a\0b \ud83c 🎵' } }] }));
  assert.equal(await store.history.titles('a', ALL, 10), [{ atMs: 1, title: 'ab \ufffd 🎵' }]);
  await store.close();
});

test('one bad row among many is found, and all others are written', async () => {
  const store = await open(await newDatabase());
  const good = Array.from({ length: 300 }, (_, index) => ({ kind: 'segment', station: 'a', segment: segment(index, index + 1) } as const));
  const bad = { kind: 'segment', station: 'b', segment: { ...segment(0, 1), toMs: 0.5 } } as const;
  const minute = { kind: 'minute', station: 'b', minute: { minute: 0.5, shares: {} } } as const;
  const refused = await store.history.write(batch({ closed: [...good.slice(0, 123), bad, ...good.slice(123), minute] }));
  assert.equal(refused.map((each) => each.station), ['b', 'b']);
  assert.is((await store.history.segments('a', ALL, 1000)).length, 300);
  await store.close();
});

test('a server that takes over a station closes the rows that another left open', async () => {
  const url = await newDatabase();
  const [one, other] = [await open(url), await open(url)];
  const first = { minute: 100, shares: { rock: 20_000 } };
  await one.history.write(batch({ open: [{ station: 'a', segment: segment(0, 20), state: state(0, 20), minute: first }, { station: 'b', segment: segment(0, 20), state: null, minute: first }] }));
  await other.history.write(batch({ open: [{ station: 'a', segment: segment(25, 30), state: state(25, 30), minute: { minute: 100, shares: { jazz: 5000 } } }] }));
  assert.equal(await other.history.segments('a', ALL, 10), [segment(0, 20), segment(25, 30)]);
  assert.equal(await other.history.states('a', ALL, 10), [state(0, 20), state(25, 30)]);
  assert.equal(await other.history.minutes('a', { fromMs: 0, toMs: 1e9 }, 10), [{ minute: 100, shares: { rock: 20_000, jazz: 5000 } }]);
  assert.equal((await one.connection.query('SELECT station FROM open_segments ORDER BY station')), [{ station: 'a' }, { station: 'b' }], 'b is still open');
  await one.close();
  await other.close();
});

test('a batch whose answer was lost is not counted twice', async () => {
  const store = await open(await newDatabase());
  let isLost = true;
  const losing = new Proxy(store.connection, {
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
  await store.close();
});

test('servers with one database do not undo each other\'s changes of stations', async () => {
  const url = await newDatabase();
  const [one, other] = [await open(url), await open(url)];
  const [here, there] = [new StationsTable(one.stations), new StationsTable(other.stations)];
  assert.equal(await here.load(), []);
  await here.save([station('c'), station('a'), station('b')]);
  assert.equal((await there.load()).map(({ id }) => id), ['c', 'a', 'b'], 'in order of addition');
  await there.save([station('c'), station('a', 'New name'), station('b'), station('d')]);
  await here.save([station('c'), station('a')]);
  assert.equal((await new StationsTable(one.stations).load()).map(({ id, name }) => [id, name]), [['c', 'c'], ['a', 'New name'], ['d', 'd']]);
  await here.save([station('c'), station('a'), station('d', 'Another')]).then(() => assert.unreachable(), (error: Error & { code?: string }) => assert.is(error.code, 'not-kept'));
  await one.close();
  await other.close();
});

test('while PostgreSQL is away rows wait in memory, and are written when it is back', async () => {
  const store = await open(await newDatabase());
  const lines: { what: string; reason?: string }[] = [];
  const history = new History({ store: store.history, log: new Log('info', (line) => lines.push(JSON.parse(line) as { what: string })), scheduler: new ManualClock() });
  const titles = async (): Promise<(string | null)[]> => (await store.history.titles('a', ALL, 10)).map(({ title }) => title);
  history.record('a', { type: 'title', atMs: 1, title: 'before' });
  await history.flush();
  await server.stop();
  history.record('a', { type: 'title', atMs: 2, title: 'meanwhile' });
  await history.flush();
  history.record('a', { type: 'title', atMs: 3, title: 'still' });
  await history.flush();
  assert.ok(history.status.isFailing && history.status.waitingRows === 2);
  assert.equal(lines.map(({ what }) => what), ['history can not be written; stations keep running']);
  assert.match(lines[0]!.reason!, /ECONNREFUSED|terminat/);
  await titles().then(() => assert.unreachable(), (error: Error) => assert.instance(error, StoreError));
  await server.start();
  await history.flush();
  assert.equal(await titles(), ['before', 'meanwhile', 'still']);
  assert.is(lines.at(-1)!.what, 'history is written again');
  await server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
  history.record('a', { type: 'title', atMs: 4, title: 'ended' });
  await history.flush();
  await history.flush();
  assert.equal(await titles(), ['before', 'meanwhile', 'still', 'ended']);
  await history.close();
  await store.close();
});

test('a server keeps stations, tokens and history there, and its password out of its log', async () => {
  const database = await newDatabase();
  const lines: string[] = [];
  const sources = new SimulatedSources();
  const start = () => startTestServer({ database, access: 'view', adminToken: 'admin', logLevel: 'debug' } as never, { listen: sources.listen, log: new Log('debug', (line) => lines.push(line)) });
  const ask = async (url: string, path: string, body?: unknown, token = 'admin'): Promise<Response> =>
    fetch(`${url}${path}`, { method: body === undefined ? 'GET' : 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, ...(body !== undefined && { body: JSON.stringify(body) }) });
  const before = await start();
  assert.is((await ask(before.url, '/v1/stations', { name: 'Radio One', url: URL_ONE })).status, 201);
  const { token } = await (await ask(before.url, '/v1/tokens', { name: 'x', role: 'manage' })).json() as { token: string };
  sources.emitState(URL_ONE, 'live');
  sources.emit(URL_ONE, { type: 'title', title: 'Artist - Song' });
  await before.close();
  const after = await start();
  assert.equal(after.stations.list().map(({ config }) => config.name), ['Radio One']);
  const history = await (await ask(after.url, '/v1/stations/radio-one/history', undefined, token)).json() as { titles: { title: string | null }[] };
  assert.is(history.titles[0]!.title, 'Artist - Song');
  assert.is((await ask(after.url, '/v1/tokens', undefined, token)).status, 200);
  await after.close();
  assert.ok(lines.length > 0);
  assert.equal(lines.filter((line) => line.includes(PASSWORD)), []);
});

test('doctor says which PostgreSQL it is, or why it can not be used', async () => {
  const settings = withDefaults({ database: await newDatabase() });
  const empty = await checkDatabase(settings);
  assert.match(empty.found, /^PostgreSQL at 127\.0\.0\.1:\d+, database kept_\d+, version \d+\.\d+; its tables will be made/);
  await (await open(settings.database)).close();
  const found = await checkDatabase(settings);
  assert.equal([found.mark, found.facts.version, found.facts.newest], ['ok', MIGRATIONS.length, MIGRATIONS.length]);
  assert.equal([(await checkStations(settings)).found, (await checkDisk(settings)).mark], ['in PostgreSQL', 'ok']);
  const missing = await checkDatabase({ ...settings, database: settings.database.replace(/kept_\d+$/, 'none') });
  assert.equal([missing.mark, missing.found.includes('database "none" does not exist'), missing.found.includes(PASSWORD)], ['problem', true, false]);
  await openPostgres({ engine: 'postgres', url: settings.database.replace(/kept_\d+$/, 'none') }, new Log('error', () => {})).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, 'does not exist'));
});

test('all data moves from SQLite to PostgreSQL and back, and nothing into a place that has some', async () => {
  const path = join(folder, 'stations.db');
  const file = join(folder, 'stations.json');
  const first = new SqliteStore(() => openDatabase(path));
  await first.history.write(batch({
    closed: [
      ...Array.from({ length: 12_001 }, (_, index) => ({ kind: 'minute', station: `s${index % 3}`, minute: { minute: index, shares: { 'drum and bass': index } } } as const)),
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

  const url = await newDatabase();
  const { exitCode, stdout, stderr } = await run(['move', '--from', `sqlite:${path}`, '--stations', file, '--to', url]);
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, /^Moved 2 stations, 1 segments, 1 titles, 12,001 minutes, 1 open_segments, 1 open_states, 1 open_minutes, 1 alerts, 1 deliveries, 1 tokens to PostgreSQL at /);
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
