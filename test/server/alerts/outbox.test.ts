import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MOST_WAITING, Outbox, type NewDelivery } from '../../../server/alerts/outbox.js';
import { Log } from '../../../server/log.js';
import { openDatabase } from '../../../server/store/database.js';

const delivery = (eventId: string, more: Partial<NewDelivery> = {}): NewDelivery => ({ eventId, alertId: 'alert', stationId: 'a', target: 'http://one.example/', body: '{}', ...more });

function logged(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  return { log: new Log('info', (line) => lines.push((JSON.parse(line) as { what: string }).what)), lines };
}

function withFile(work: (path: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'outbox-'));
  try {
    work(join(folder, 'livegenre.db'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const heads = (outbox: Outbox): string[] => outbox.heads().map(({ eventId, target }) => `${eventId} to ${new URL(target).hostname}`);

test('of each alert at each target the first is next, whatever others wait for', () => {
  const outbox = new Outbox(undefined, logged().log);
  const two = { target: 'http://two.example/' };
  outbox.put([delivery('raised'), delivery('raised', two)], 0);
  outbox.put([delivery('recovered'), delivery('recovered', two), delivery('other', { alertId: 'other' })], 1);
  assert.equal(heads(outbox), ['raised to one.example', 'raised to two.example', 'other to one.example']);
  outbox.retry(1, 5000, 'no');
  outbox.done(2, 10);
  assert.equal(heads(outbox), ['recovered to two.example', 'other to one.example', 'raised to one.example'], 'what failed comes after what was not tried');
  assert.is(outbox.size, 4);
});

test('what waits is there after a restart, with its attempts; what is done is not', () => withFile((path) => {
  const first = openDatabase(path);
  const before = new Outbox(first, logged().log);
  before.put([delivery('a'), delivery('b'), delivery('c'), delivery('d')], 100);
  before.done(1, 200);
  before.giveUp(2, 200, 'gone');
  before.retry(3, 900, 'It answered 500.');
  // No close: as after a crash.
  const second = openDatabase(path);
  const after = new Outbox(second, logged().log);
  assert.equal(after.heads(), [{ ...delivery('c'), id: 3, createdAtMs: 100, attempts: 1, nextAtMs: 900, doneAtMs: null, outcome: null, failure: 'It answered 500.' }]);
  assert.is(after.size, 2);
  after.put([delivery('e', { alertId: 'other' })], 1000);
  assert.equal(after.heads().map(({ id }) => id), [5, 3], 'ids go on');
  first.close();
  second.close();
}));

test('what was done long ago is forgotten, what waits never is', () => {
  const database = openDatabase(':memory:');
  const outbox = new Outbox(database, logged().log);
  outbox.put([delivery('old'), delivery('new'), delivery('waits')], 0);
  outbox.done(1, 1000);
  outbox.done(2, 3000);
  outbox.forget(2000);
  assert.equal(database.prepare('SELECT eventId, outcome FROM deliveries ORDER BY id').all().map((row) => ({ ...(row as object) })), [
    { eventId: 'new', outcome: 'delivered' },
    { eventId: 'waits', outcome: null },
  ]);
  database.close();
});

test('a database that can’t write is said once, and takes what it missed when it can', () => {
  const database = openDatabase(':memory:');
  const { log, lines } = logged();
  const outbox = new Outbox(database, log);
  database.exec('PRAGMA query_only = ON');
  outbox.put([delivery('a'), delivery('b')], 0);
  outbox.done(1, 10);
  assert.is(outbox.size, 1);
  assert.equal(lines, ['the outbox can not be kept; deliveries go on from memory']);
  database.exec('PRAGMA query_only = OFF');
  outbox.save();
  assert.equal(lines.slice(1), ['the outbox is kept again']);
  const after = new Outbox(database, log);
  assert.equal(heads(after), ['b to one.example'], 'what was delivered meanwhile is not sent again');
  database.close();
});

test('a database that can’t be read leaves an outbox in memory', () => {
  const database = openDatabase(':memory:');
  database.exec('DROP TABLE deliveries');
  const { log, lines } = logged();
  const outbox = new Outbox(database, log);
  outbox.put([delivery('a')], 0);
  assert.is(outbox.size, 1);
  assert.is(lines.length, 1);
  database.close();
});

test('more than can be kept are not: the oldest are given up', () => {
  const outbox = new Outbox(undefined, new Log('error', () => {}));
  outbox.put(Array.from({ length: MOST_WAITING + 2 }, (_, index) => delivery(`e${index}`, { alertId: `a${index}` })), 0);
  assert.is(outbox.size, MOST_WAITING);
  assert.is(outbox.heads()[0]!.eventId, 'e2');
});

test('those of which something is true are given up', () => {
  const outbox = new Outbox(undefined, logged().log);
  outbox.put([delivery('a'), delivery('b', { stationId: 'b' })], 0);
  outbox.giveUpWhere(({ stationId }) => stationId === 'a', 0, 'removed');
  assert.equal(heads(outbox), ['b to one.example']);
});

test.run();
