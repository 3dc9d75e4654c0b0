import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Log } from '../../../server/log.js';
import { openDatabase, type Database } from '../../../server/store/sqlite/database.js';
import { SqliteStore } from '../../../server/store/sqlite/store.js';
import type { AlertRecord } from '../../../server/store/store.js';
import { History } from '../../../server/stations/history.js';
import { ManualClock } from '../../support/manual-clock.js';
import { BLOCK_MS, heard } from './prediction-events.js';

const ALL = { fromMs: 0, toMs: 1e15 };
const MANY = 100_000;

/** A history on virtual time with its database and its log lines. */
function setUp({ maxWaitingRows = MANY, number }: { maxWaitingRows?: number; number?: (station: string) => number | undefined } = {}) {
  const clock = new ManualClock();
  const database: Database = openDatabase(':memory:');
  const store = new SqliteStore(() => database);
  const lines: Record<string, unknown>[] = [];
  const log = new Log('debug', (line) => lines.push(JSON.parse(line) as Record<string, unknown>));
  const history = new History({ store: store.history, log, scheduler: clock, maxWaitingRows, ...(number && { number }) });
  return {
    clock, database, store, lines, history,
    /** Advances time with a block every half second, and lets pending writes finish. */
    async listen(ms: number, genre = 'rock', station = 'a'): Promise<void> {
      for (let passedMs = 0; passedMs < ms; passedMs += BLOCK_MS) {
        clock.advance(BLOCK_MS);
        history.record(station, heard(clock.now(), genre));
        await settled();
      }
    },
    live(station = 'a'): void {
      history.record(station, { type: 'state', atMs: clock.now(), state: 'live', reason: null });
    },
    async stop(): Promise<void> {
      await history.close();
      await store.close();
    },
  };
}

/** Resolves after pending microtasks. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('all rows are written every two seconds, open ones with their end so far', async () => {
  const it = setUp();
  it.live();
  await it.listen(1500);
  assert.equal(await it.store.history.segments('a', ALL, MANY), []);
  await it.listen(1500);
  assert.equal((await it.store.history.segments('a', ALL, MANY)).map(({ fromMs, toMs, genre }) => [fromMs, toMs, genre]), [[0, 2000, 'rock']]);
  assert.equal((await it.store.history.states('a', ALL, MANY)).map(({ fromMs, toMs, state }) => [fromMs, toMs, state]), [[0, 2000, 'live']]);
  assert.equal(await it.store.history.minutes('a', ALL, MANY), [{ minute: 0, shares: { rock: 2000 } }]);
  await it.listen(1000, 'jazz');
  assert.equal((await it.store.history.segments('a', ALL, MANY)).map(({ fromMs, toMs, genre }) => [fromMs, toMs, genre]), [[0, 3000, 'rock'], [3000, 4000, 'jazz']]);
  await it.stop();
});

test('closing writes the remaining rows', async () => {
  const it = setUp();
  it.live();
  await it.listen(500);
  await it.history.close();
  assert.is((await it.store.history.segments('a', ALL, MANY)).length, 1);
  await it.store.close();
});

test('after a restart no rows overlap, and the time between has no state', async () => {
  const it = setUp();
  it.live();
  await it.listen(10_000);
  await it.history.close();
  it.clock.advance(7000);
  const again = new History({ store: new SqliteStore(() => it.database).history, log: new Log('error', () => {}), scheduler: it.clock });
  again.record('a', { type: 'state', atMs: it.clock.now(), state: 'live', reason: null });
  for (let block = 0; block < 100; block++) {
    it.clock.advance(BLOCK_MS);
    again.record('a', heard(it.clock.now(), 'rock'));
  }
  await again.close();
  assert.equal((await it.store.history.segments('a', ALL, MANY)).map(({ fromMs, toMs }) => [fromMs, toMs]), [[0, 10_000], [17_000, 67_000]]);
  assert.equal((await it.store.history.states('a', ALL, MANY)).map(({ fromMs, toMs }) => [fromMs, toMs]), [[0, 10_000], [17_000, 67_000]]);
  // Both parts of the minute of the restart are merged.
  assert.equal(await it.store.history.minutes('a', ALL, MANY), [{ minute: 0, shares: { rock: 53_000 } }, { minute: 1, shares: { rock: 7000 } }]);
  await it.store.close();
});

test('a forgotten station is deleted from memory and store', async () => {
  const it = setUp();
  it.live();
  await it.listen(5000);
  it.history.forget('a');
  await it.history.flush();
  assert.equal(await it.store.history.segments('a', ALL, MANY), []);
  assert.equal(await it.store.history.states('a', ALL, MANY), []);
  await it.stop();
});

test('an alert is written at once', async () => {
  const it = setUp();
  const alert: AlertRecord = { id: '1', station: { id: 'a', name: 'A' }, type: 'down', fromMs: 5, toMs: null, sentence: 'A is down.' };
  await it.history.alert(alert);
  assert.equal(await it.store.history.openAlerts(), [alert]);
  await it.stop();
});

test('a full disk is logged once, stations keep running, and all rows are written when there is space again', async () => {
  const it = setUp();
  it.live();
  await it.listen(4000);
  it.database.exec(`PRAGMA max_page_count = ${(it.database.prepare('PRAGMA page_count').get() as { page_count: number }).page_count}`);
  // A new segment every block, until the last page is full.
  for (let block = 0; block < 400; block++) await it.listen(BLOCK_MS, `genre ${block}`);
  const { isFailing, reason, waitingRows, droppedRows } = it.history.status;
  assert.ok(isFailing);
  assert.match(reason!, 'full');
  assert.ok(waitingRows > 100);
  assert.is(droppedRows, 0);
  assert.is(it.lines.filter(({ level }) => level === 'error').length, 1);
  assert.match(it.lines[0]!.what as string, 'stations keep running');
  it.database.exec('PRAGMA max_page_count = 100000');
  await it.listen(70_000);
  assert.not(it.history.status.isFailing);
  assert.equal(it.lines.map(({ level }) => level), ['error', 'info']);
  const segments = await it.store.history.segments('a', ALL, MANY);
  assert.is(segments.length, 402);
  segments.slice(1).forEach(({ fromMs }, index) => assert.is(fromMs, segments[index]!.toMs));
  await it.stop();
});

test('a store that can not be written is retried with exponential backoff, at least once a minute', async () => {
  const it = setUp();
  const triedAtMs: number[] = [];
  const write = it.store.history.write.bind(it.store.history);
  it.store.history.write = (batch) => {
    triedAtMs.push(it.clock.now());
    return write(batch);
  };
  it.database.exec('PRAGMA query_only = 1');
  it.live();
  await it.listen(250_000);
  assert.equal(triedAtMs, [2000, 4000, 8000, 16_000, 32_000, 64_000, 124_000, 184_000, 244_000]);
  assert.match(it.history.status.reason!, 'readonly');
  assert.is(it.history.status.sinceMs, 2000);
  await it.store.close();
});

test('rows waiting for the store are limited; the oldest are dropped and counted', async () => {
  const it = setUp({ maxWaitingRows: 10 });
  it.database.exec('PRAGMA query_only = 1');
  it.live();
  for (let block = 0; block < 40; block++) await it.listen(BLOCK_MS, `genre ${block}`);
  assert.is(it.history.status.waitingRows, 10);
  assert.is(it.history.status.droppedRows, 29);
  it.database.exec('PRAGMA query_only = 0');
  await it.history.flush();
  assert.equal((await it.store.history.segments('a', ALL, MANY)).map(({ genre }) => genre), Array.from({ length: 11 }, (_, index) => `genre ${index + 29}`));
  await it.stop();
});

test('a killed process loses at most the last seconds, and corrupts nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-history-'));
  try {
    const path = join(folder, 'history.db');
    const child = spawn(process.execPath, [fileURLToPath(new URL('./recording-process.js', import.meta.url)), path], { stdio: ['ignore', 'pipe', 'inherit'] });
    // Its clock runs at 50 times real time; it prints the time of each recorded block.
    let reportedMs = 0;
    for await (const text of child.stdout) {
      reportedMs = Number(String(text).trim().split('\n').at(-1));
      if (reportedMs > 30_000) break;
    }
    child.kill('SIGKILL');
    await once(child, 'exit');
    const database = openDatabase(path);
    assert.equal(database.prepare('PRAGMA integrity_check').all(), [{ integrity_check: 'ok' }]);
    const store = new SqliteStore(() => database);
    for (const station of ['a', 'b']) {
      const segments = await store.history.segments(station, ALL, MANY);
      assert.ok(segments.length > 5);
      segments.slice(1).forEach(({ fromMs }, index) => assert.is(fromMs, segments[index]!.toMs));
      for (const lastMs of [segments.at(-1)!.toMs, (await store.history.states(station, ALL, MANY)).at(-1)!.toMs]) assert.ok(lastMs > reportedMs - 5000, `${lastMs} is long before ${reportedMs}`);
      const countedMs = (await store.history.minutes(station, ALL, MANY)).flatMap(({ shares }) => Object.values(shares)).reduce((sum, ms) => sum + ms, 0);
      assert.is(countedMs, segments.at(-1)!.toMs);
    }
    await store.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const spans = async (it: ReturnType<typeof setUp>): Promise<unknown[]> => (await it.store.history.segments('a', ALL, MANY)).map(({ fromMs, toMs, genre }) => [fromMs, toMs, genre]);

test('of several nodes one writes only while it may, and what it gives up is closed', async () => {
  let number: number | undefined = 5;
  const it = setUp({ number: () => number });
  assert.is(await it.history.claim('a', 5), null);
  it.live();
  await it.listen(3000);
  assert.equal(await spans(it), [[0, 2000, 'rock']]);
  number = undefined;
  await it.listen(4000, 'jazz');
  assert.equal(await spans(it), [[0, 2000, 'rock']]);
  // Its lease was made anew: what waited is written.
  number = 6;
  await it.listen(2000, 'jazz');
  assert.equal(await spans(it), [[0, 3000, 'rock'], [3000, 8000, 'jazz']]);
  await it.history.handOver('a');
  assert.equal(await spans(it), [[0, 3000, 'rock'], [3000, 9000, 'jazz']]);
  for (const table of ['open_segments', 'open_states', 'open_minutes']) assert.equal(it.database.prepare(`SELECT station FROM ${table}`).all(), []);
  assert.equal(it.database.prepare('SELECT number FROM segments ORDER BY fromMs').all().map((row) => (row as { number: number }).number), [6, 6]);
  await it.stop();
});

test('a node that lost a station drops what it has of it, and its alerts are not sent', async () => {
  let number: number | undefined = 5;
  const it = setUp({ number: () => number });
  it.live();
  await it.listen(3000);
  number = undefined;
  await it.listen(1000, 'jazz');
  const down: AlertRecord = { id: 'x', station: { id: 'a', name: 'A' }, type: 'down', fromMs: 0, toMs: null, sentence: 'down' };
  assert.not(await it.history.alert(down));
  await it.history.handOver('a');
  number = 7;
  await it.history.flush();
  assert.equal(await spans(it), [[0, 2000, 'rock']]);
  assert.equal(await it.store.history.openAlerts(), []);
  assert.ok(await it.history.alert(down));
  await it.stop();
});

test('a node that does not know that it lost a station is refused by the store, writes nothing and sends no alert', async () => {
  const it = setUp({ number: () => 5 });
  it.live();
  await it.listen(3000);
  await it.store.history.claim('a', 6);
  await it.listen(5000, 'jazz');
  assert.equal(await spans(it), [[0, 2000, 'rock']]);
  assert.not(await it.history.alert({ id: 'x', station: { id: 'a', name: 'A' }, type: 'down', fromMs: 0, toMs: null, sentence: 'down' }));
  assert.equal(await it.store.history.openAlerts(), []);
  assert.is(it.lines.filter(({ what }) => String(what).includes('refused')).length, 1);
  assert.not(it.history.status.isFailing);
  await it.stop();
});

test.run();
