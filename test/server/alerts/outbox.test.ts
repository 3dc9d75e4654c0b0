import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MAX_WAITING, Outbox, type NewDelivery } from '../../../server/alerts/outbox.js';
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

const candidates = (outbox: Outbox): string[] => outbox.candidates().map(({ eventId, target }) => `${eventId} to ${new URL(target).hostname}`);

test('the first pending delivery of each alert and target may be sent, whatever the others wait for', () => {
  const outbox = new Outbox(undefined, logged().log);
  const two = { target: 'http://two.example/' };
  outbox.put([delivery('raised'), delivery('raised', two)], 0);
  outbox.put([delivery('recovered'), delivery('recovered', two), delivery('other', { alertId: 'other' })], 1);
  assert.equal(candidates(outbox), ['raised to one.example', 'raised to two.example', 'other to one.example']);
  outbox.retry(1, 5000, 'no');
  outbox.done(2, 10);
  assert.equal(candidates(outbox), ['recovered to two.example', 'other to one.example', 'raised to one.example'], 'failed ones come after untried ones');
  assert.is(outbox.size, 4);
});

test('pending deliveries survive a restart, with their attempts', () => withFile((path) => {
  const first = openDatabase(path);
  const before = new Outbox(first, logged().log);
  before.put([delivery('a'), delivery('b'), delivery('c'), delivery('d')], 100);
  before.done(1, 200);
  before.giveUp(2, 200, 'gone');
  before.retry(3, 900, 'It answered 500.');
  // Without a close, as after a crash.
  const second = openDatabase(path);
  const after = new Outbox(second, logged().log);
  assert.equal(after.candidates(), [{ ...delivery('c'), id: 3, createdAtMs: 100, attempts: 1, nextAtMs: 900, doneAtMs: null, outcome: null, failure: 'It answered 500.' }]);
  assert.is(after.size, 2);
  after.put([delivery('e', { alertId: 'other' })], 1000);
  assert.equal(after.candidates().map(({ id }) => id), [5, 3], 'ids continue');
  first.close();
  second.close();
}));

test('old deliveries are deleted once they are done, never while pending', () => {
  const database = openDatabase(':memory:');
  const outbox = new Outbox(database, logged().log);
  outbox.put([delivery('old'), delivery('new'), delivery('waits')], 0);
  outbox.done(1, 1000);
  outbox.done(2, 3000);
  outbox.deleteDone(2000);
  assert.equal(database.prepare('SELECT eventId, outcome FROM deliveries ORDER BY id').all().map((row) => ({ ...(row as object) })), [
    { eventId: 'new', outcome: 'delivered' },
    { eventId: 'waits', outcome: null },
  ]);
  database.close();
});

test('a failing database is logged once, and gets the missed changes when it works again', () => {
  const database = openDatabase(':memory:');
  const { log, lines } = logged();
  const outbox = new Outbox(database, log);
  database.exec('PRAGMA query_only = ON');
  outbox.put([delivery('a'), delivery('b')], 0);
  outbox.done(1, 10);
  assert.is(outbox.size, 1);
  assert.equal(lines, ['the outbox can not be saved; deliveries continue from memory']);
  database.exec('PRAGMA query_only = OFF');
  outbox.save();
  assert.equal(lines.slice(1), ['the outbox is saved again']);
  const after = new Outbox(database, log);
  assert.equal(candidates(after), ['b to one.example'], 'deliveries made meanwhile are not sent again');
  database.close();
});

test('without a readable database the outbox works from memory', () => {
  const database = openDatabase(':memory:');
  database.exec('DROP TABLE deliveries');
  const { log, lines } = logged();
  const outbox = new Outbox(database, log);
  outbox.put([delivery('a')], 0);
  assert.is(outbox.size, 1);
  assert.is(lines.length, 1);
  database.close();
});

test('beyond the limit the oldest deliveries are given up', () => {
  const outbox = new Outbox(undefined, new Log('error', () => {}));
  outbox.put(Array.from({ length: MAX_WAITING + 2 }, (_, index) => delivery(`e${index}`, { alertId: `a${index}` })), 0);
  assert.is(outbox.size, MAX_WAITING);
  assert.is(outbox.candidates()[0]!.eventId, 'e2');
});

test('giveUpWhere gives up the deliveries that match', () => {
  const outbox = new Outbox(undefined, logged().log);
  outbox.put([delivery('a'), delivery('b', { stationId: 'b' })], 0);
  outbox.giveUpWhere(({ stationId }) => stationId === 'a', 0, 'removed');
  assert.equal(candidates(outbox), ['b to one.example']);
});

test.run();
