import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Log } from '../../../server/log.js';
import { openDatabase } from '../../../server/store/sqlite/database.js';
import { retain } from '../../../server/store/retention.js';
import { SqliteStore } from '../../../server/store/sqlite/store.js';
import { ManualClock } from '../../support/manual-clock.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Resolves after pending microtasks. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function kept(minutes: number) {
  const clock = new ManualClock();
  const store = new SqliteStore(() => openDatabase(':memory:'));
  await store.history.write({
    forgotten: [], open: [],
    closed: Array.from({ length: minutes }, (_, minute) => ({ kind: 'minute', station: 'a', minute: { minute, shares: { rock: 1 } } })),
  });
  const pruned: [atMs: number, rows: number][] = [];
  const prune = store.history.prune.bind(store.history);
  store.history.prune = async (...args) => {
    const rows = await prune(...args);
    pruned.push([clock.now(), rows]);
    return rows;
  };
  return { clock, store, pruned, left: async () => (await store.history.minutes('a', { fromMs: 0, toMs: 1e15 }, 1e6)).length };
}

test('old rows are deleted at the start, a thousand at a time, and then every hour', async () => {
  const { clock, store, pruned, left } = await kept(3000);
  clock.advance(DAY_MS + 2500 * 60_000);
  const retaining = retain({ store: store.history, keepDays: 1, log: new Log('error', () => {}), scheduler: clock });
  const startedMs = clock.now();
  for (let turn = 0; turn < 5; turn++) {
    clock.advance(50);
    await settled();
  }
  assert.equal(pruned.map(([atMs, rows]) => [atMs - startedMs, rows]), [[50, 1000], [100, 1000], [150, 500]]);
  assert.is(await left(), 500);
  clock.advance(HOUR_MS);
  await settled();
  assert.is(await left(), 440);
  retaining.unsubscribe();
  clock.advance(DAY_MS);
  await settled();
  assert.is(await left(), 440);
  await store.close();
});

test('a failed deletion is retried an hour later', async () => {
  const { clock, store, left } = await kept(10);
  clock.advance(2 * DAY_MS);
  const prune = store.history.prune;
  store.history.prune = () => Promise.reject(new Error('the disk is full'));
  const lines: string[] = [];
  const retaining = retain({ store: store.history, keepDays: 1, log: new Log('warn', (line) => lines.push(line)), scheduler: clock });
  clock.advance(1);
  await settled();
  assert.is(lines.length, 1);
  assert.match(lines[0]!, 'the disk is full');
  store.history.prune = prune;
  clock.advance(HOUR_MS);
  await settled();
  assert.is(await left(), 0);
  retaining.unsubscribe();
  await store.close();
});

test.run();
