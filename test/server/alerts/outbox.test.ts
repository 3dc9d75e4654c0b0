import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MAX_WAITING, Outbox } from '../../../server/alerts/outbox.js';
import { Log } from '../../../server/log.js';
import type { NewDelivery } from '../../../server/store/deliveries.js';
import { openDatabase } from '../../../server/store/sqlite/database.js';
import { SqliteStore } from '../../../server/store/sqlite/store.js';

const delivery = (eventId: string, more: Partial<NewDelivery> = {}): NewDelivery => ({ eventId, alertId: 'alert', stationId: 'a', target: 'http://one.example/', body: '{}', ...more });

function logged(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  return { log: new Log('info', (line) => lines.push((JSON.parse(line) as { what: string }).what)), lines };
}

async function withFile(work: (path: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'outbox-'));
  try {
    await work(join(folder, 'livegenre.db'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const candidates = (outbox: Outbox): string[] => outbox.candidates().map(({ eventId, target }) => `${eventId} to ${new URL(target).hostname}`);

test('the first pending delivery of each alert and target may be sent, whatever the others wait for', async () => {
  const outbox = await Outbox.open(undefined, logged().log);
  const two = { target: 'http://two.example/' };
  await outbox.put([delivery('raised'), delivery('raised', two)], 0);
  await outbox.put([delivery('recovered'), delivery('recovered', two), delivery('other', { alertId: 'other' })], 1);
  assert.equal(candidates(outbox), ['raised to one.example', 'raised to two.example', 'other to one.example']);
  outbox.retry(delivery('raised'), 5000, 'no');
  outbox.done(delivery('raised', two), 10);
  assert.equal(candidates(outbox), ['recovered to two.example', 'other to one.example', 'raised to one.example'], 'failed ones come after untried ones');
  assert.is(outbox.size, 4);
});

test('pending deliveries survive a restart, with their attempts', () => withFile(async (path) => {
  const first = new SqliteStore(() => openDatabase(path));
  const before = await Outbox.open(first.deliveries, logged().log);
  await before.put([delivery('a'), delivery('b'), delivery('c'), delivery('d')], 100);
  before.done(delivery('a'), 200);
  before.giveUp(delivery('b'), 200, 'gone');
  before.retry(delivery('c'), 900, 'It answered 500.');
  await before.save();
  // Without a close, as after a crash.
  const second = new SqliteStore(() => openDatabase(path));
  const after = await Outbox.open(second.deliveries, logged().log);
  assert.equal(after.candidates(), [{ ...delivery('c'), createdAtMs: 100, attempts: 1, nextAtMs: 900, doneAtMs: null, outcome: null, failure: 'It answered 500.' }]);
  assert.is(after.size, 2);
  await after.put([delivery('e', { alertId: 'other' }), delivery('c')], 1000);
  assert.equal(candidates(after), ['e to one.example', 'c to one.example']);
  assert.is(after.size, 3, 'what is pending is not added again');
  await first.close();
  await second.close();
}));

test('a failing database is logged once, and gets the missed changes when it works again', async () => {
  const database = openDatabase(':memory:');
  const store = new SqliteStore(() => database);
  const { log, lines } = logged();
  const outbox = await Outbox.open(store.deliveries, log);
  database.exec('PRAGMA query_only = ON');
  await outbox.put([delivery('a'), delivery('b')], 0);
  outbox.done(delivery('a'), 10);
  await outbox.save();
  assert.is(outbox.size, 1);
  assert.equal(lines, ['the outbox can not be saved; deliveries continue from memory']);
  database.exec('PRAGMA query_only = OFF');
  await outbox.save();
  assert.equal(lines.slice(1), ['the outbox is saved again']);
  const after = await Outbox.open(store.deliveries, log);
  assert.equal(candidates(after), ['b to one.example'], 'deliveries made meanwhile are not sent again');
  await store.close();
});

test('changes made while a save runs are in the next one, which all share', async () => {
  const writes: string[][] = [];
  let answer = (): void => {};
  const outbox = await Outbox.open({
    pending: async () => [],
    write: (deliveries) => {
      writes.push(deliveries.map(({ eventId, outcome }) => `${eventId} ${outcome}`));
      return new Promise((resolve) => (answer = resolve));
    },
    deleteDone: async () => {},
  }, logged().log);
  const saves = [outbox.put([delivery('a')], 0), outbox.put([delivery('b')], 0), outbox.put([delivery('c')], 0)];
  outbox.done(delivery('a'), 1);
  answer();
  await saves[0];
  assert.equal(writes, [['a null'], ['a delivered', 'b null', 'c null']]);
  answer();
  await Promise.all(saves);
  await outbox.save();
  assert.is(writes.length, 2, 'nothing is left to write');
});

test('without a readable database the outbox works from memory', async () => {
  const database = openDatabase(':memory:');
  database.exec('DROP TABLE deliveries');
  const { log, lines } = logged();
  const outbox = await Outbox.open(new SqliteStore(() => database).deliveries, log);
  await outbox.put([delivery('a')], 0);
  assert.is(outbox.size, 1);
  assert.equal(lines, ['the outbox can not be read; deliveries from before are sent after the next start', 'the outbox can not be saved; deliveries continue from memory']);
  database.close();
});

test('beyond the limit the oldest deliveries are given up', async () => {
  const outbox = await Outbox.open(undefined, new Log('error', () => {}));
  await outbox.put(Array.from({ length: MAX_WAITING + 2 }, (_, index) => delivery(`e${index}`, { alertId: `a${index}` })), 0);
  assert.is(outbox.size, MAX_WAITING);
  assert.is(outbox.candidates()[0]!.eventId, 'e2');
});

test('giveUpWhere gives up the deliveries that match', async () => {
  const outbox = await Outbox.open(undefined, logged().log);
  await outbox.put([delivery('a'), delivery('b', { stationId: 'b' })], 0);
  outbox.giveUpWhere(({ stationId }) => stationId === 'a', 0, 'removed');
  assert.equal(candidates(outbox), ['b to one.example']);
});

test.run();
