import { createHmac } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AlertEvent } from '../../../server/alerts/event.js';
import { Outbox } from '../../../server/alerts/outbox.js';
import { deliveriesOf, GIVE_UP_AFTER_MS, Webhooks } from '../../../server/alerts/webhooks.js';
import { Log } from '../../../server/log.js';
import { newDelivery, type DeliveryStore } from '../../../server/store/deliveries.js';
import { openDatabase } from '../../../server/store/sqlite/database.js';
import { SqliteStore } from '../../../server/store/sqlite/store.js';
import { VERSION } from '../../../server/version.js';
import { ManualClock } from '../../support/manual-clock.js';
import { until } from '../../support/until.js';
import { receive, status, type Receiver } from './receiver.js';
import { LOOPBACK } from '../../support/loopback.js';

const START_MS = Date.parse('2026-11-21T12:00:00Z');

interface Rig {
  readonly clock: ManualClock;
  readonly webhooks: Webhooks;
  readonly outbox: Outbox;
  readonly lines: { level: string; what: string; [field: string]: unknown }[];
  /** Resolves when this is logged. */
  logged(what: string): Promise<void>;
}

const DELIVERED = 'a webhook was delivered';
const RETRIED = 'a webhook was not delivered; retrying';
const GIVEN_UP = 'a webhook delivery was given up';

async function rig({ secret = '', store, random = () => 1, startMs = START_MS, maxConcurrent = 32 }: { secret?: string; store?: SqliteStore; random?: () => number; startMs?: number; maxConcurrent?: number } = {}): Promise<Rig> {
  const clock = new ManualClock();
  clock.frame = startMs;
  const lines: Rig['lines'] = [];
  let look = (): void => {};
  const log = new Log('debug', (line) => {
    lines.push(JSON.parse(line) as Rig['lines'][number]);
    look();
  });
  const outbox = await Outbox.open(store?.deliveries, log);
  return {
    clock, outbox, lines,
    webhooks: new Webhooks({ outbox, secret, log, guard: LOOPBACK, scheduler: clock, random, maxConcurrent }),
    logged: (what) => new Promise((resolve) => {
      look = () => {
        const found = lines.findIndex((line) => line.what === what);
        if (found === -1) return;
        lines.splice(0, found + 1);
        look = () => {};
        resolve();
      };
      look();
    }),
  };
}

function event(kind: AlertEvent['kind'] = 'raised', id = 'alert-1', stationId = 'a'): AlertEvent {
  return { id, station: { id: stationId, name: 'Radio A' }, type: 'down', kind, atMs: START_MS, fromMs: START_MS - 30_000, toMs: null, sentence: 'Radio A: down for 30 s.', rule: { type: 'down', forS: 30 }, details: { reason: null } };
}

async function withReceiver(work: (receiver: Receiver) => Promise<void>): Promise<void> {
  const receiver = await receive();
  try {
    await work(receiver);
  } finally {
    await receiver.close();
  }
}

test('an event is posted as JSON with a Standard Webhooks signature', () => withReceiver(async (receiver) => {
  const { webhooks, logged, outbox } = await rig({ secret: `whsec_${Buffer.from('a secret of 24 bytes or more').toString('base64')}` });
  webhooks.send(event(), [receiver.url, receiver.url]);
  await logged(DELIVERED);
  assert.is(receiver.got.length, 1, 'a duplicate target is ignored');
  const [{ headers, body }] = receiver.got as [Receiver['got'][number]];
  assert.is(headers['content-type'], 'application/json');
  assert.is(headers['user-agent'], `livegenre/${VERSION}`);
  assert.is(headers['webhook-id'], 'alert-1-raised');
  assert.is(headers['webhook-timestamp'], String(START_MS / 1000));
  const expected = createHmac('sha256', 'a secret of 24 bytes or more').update(`alert-1-raised.${START_MS / 1000}.${body}`).digest('base64');
  assert.is(headers['webhook-signature'], `v1,${expected}`);
  assert.equal(JSON.parse(body), {
    type: 'down.raised', id: 'alert-1', at: '2026-11-21T12:00:00.000Z', from: '2026-11-21T11:59:30.000Z', to: null,
    station: { id: 'a', name: 'Radio A' }, sentence: 'Radio A: down for 30 s.', rule: { type: 'down', forS: 30 }, details: { reason: null },
  });
  assert.is(outbox.size, 0);
  await webhooks.close();
}));

test('without a secret requests are not signed', () => withReceiver(async (receiver) => {
  const { webhooks, logged } = await rig();
  webhooks.send(event(), [receiver.url]);
  await logged(DELIVERED);
  assert.is(receiver.got[0]!.headers['webhook-signature'], undefined);
  await webhooks.close();
}));

test('a failure is retried with exponential backoff, with the same id and a new signature', () => withReceiver(async (receiver) => {
  receiver.answer = status(500);
  const { webhooks, clock, logged } = await rig({ secret: 'x' });
  webhooks.send(event(), [receiver.url]);
  const waits: number[] = [];
  for (const waitS of [5, 10, 20, 40]) {
    await logged(RETRIED);
    clock.advance(1000 * waitS - 1);
    assert.is(receiver.got.length, waits.push(waitS), `not before ${waitS} s`);
    clock.advance(1);
    await receiver.untilGot(waits.length + 1);
  }
  receiver.answer = status(200);
  await logged(RETRIED);
  clock.advance(80_000);
  await logged(DELIVERED);
  assert.equal(new Set(receiver.got.map(({ headers }) => headers['webhook-id'])).size, 1);
  assert.equal(new Set(receiver.got.map(({ headers }) => headers['webhook-signature'])).size, 6);
  clock.advance(86_400_000);
  assert.is(receiver.got.length, 6);
  await webhooks.close();
}));

test('jitter shortens the wait by up to half, and the longest wait is an hour', () => withReceiver(async (receiver) => {
  receiver.answer = status(500);
  const { webhooks, clock, logged, outbox } = await rig({ random: () => 0 });
  webhooks.send(event(), [receiver.url]);
  const waitsMs: number[] = [];
  for (let attempt = 1; attempt <= 13; attempt++) {
    await logged(RETRIED);
    waitsMs.push(outbox.candidates()[0]!.nextAtMs - clock.now());
    clock.advance(waitsMs.at(-1)!);
  }
  assert.equal(waitsMs, [2.5, 5, 10, 20, 40, 80, 160, 320, 640, 1280, 1800, 1800, 1800].map((s) => 1000 * s));
  await logged(RETRIED);
  await webhooks.close();
}));

test('Retry-After is respected, in seconds and as a date', () => withReceiver(async (receiver) => {
  const { webhooks, clock, logged, outbox } = await rig();
  receiver.answer = status(429, { 'retry-after': '90' });
  webhooks.send(event(), [receiver.url]);
  await logged(RETRIED);
  assert.is(outbox.candidates()[0]!.nextAtMs - clock.now(), 90_000);
  receiver.answer = status(503, { 'retry-after': new Date(START_MS + 1_000_000).toUTCString() });
  clock.advance(90_000);
  await logged(RETRIED);
  assert.is(outbox.candidates()[0]!.nextAtMs, START_MS + 1_000_000);
  receiver.answer = status(503, { 'retry-after': 'soon' });
  clock.advance(910_000);
  await logged(RETRIED);
  assert.is(outbox.candidates()[0]!.nextAtMs - clock.now(), 20_000);
  receiver.answer = status(503, { 'retry-after': '9999999' });
  clock.advance(20_000);
  await logged(RETRIED);
  assert.is(outbox.candidates()[0]!.nextAtMs - clock.now(), 86_400_000, 'for a day at most');
  await webhooks.close();
}));

test('a 410 is given up, and a redirect is not followed', () => withReceiver(async (receiver) => {
  const { webhooks, logged, outbox, lines } = await rig();
  receiver.answer = status(410);
  webhooks.send(event(), [receiver.url]);
  await logged(GIVEN_UP);
  assert.is(outbox.size, 0);
  receiver.answer = status(307, { location: receiver.url });
  webhooks.send(event('raised', 'alert-2'), [receiver.url]);
  await logged(RETRIED);
  assert.is(receiver.got.length, 2);
  assert.is(outbox.candidates()[0]!.failure, 'It answered 307; redirects are not followed.');
  await webhooks.close();
  assert.ok(lines.every(({ level }) => level !== 'error'));
}));

test('a target that failed is forgotten once nothing is left for it', () => withReceiver(async (receiver) => {
  const { webhooks, clock, logged } = await rig();
  receiver.answer = status(500);
  webhooks.send(event(), [receiver.url]);
  await logged(RETRIED);
  assert.is(webhooks.failingTargets, 1);
  receiver.answer = status(410);
  clock.advance(5000);
  await logged(GIVEN_UP);
  await webhooks.close();
  assert.is(webhooks.failingTargets, 0);
}));

test('no more requests run at once than the limit', () => withReceiver(async (receiver) => {
  const { webhooks, logged } = await rig({ maxConcurrent: 1 });
  const waiting: (() => void)[] = [];
  receiver.answer = (response) => waiting.push(() => void response.writeHead(204).end());
  webhooks.send(event(), [`${receiver.url}?1`, `${receiver.url}?2`]);
  await receiver.untilGot(1);
  assert.is(waiting.length, 1);
  waiting[0]!();
  await logged(DELIVERED);
  await receiver.untilGot(2);
  waiting[1]!();
  await logged(DELIVERED);
  await webhooks.close();
}));

test('a delivery not accepted within three days is given up', () => withReceiver(async (receiver) => {
  receiver.answer = status(500);
  const { webhooks, clock, logged, outbox } = await rig();
  webhooks.send(event(), [receiver.url]);
  await logged(RETRIED);
  outbox.retry(outbox.candidates()[0]!, START_MS + 2 * GIVE_UP_AFTER_MS, 'not for long');
  clock.advance(GIVE_UP_AFTER_MS);
  assert.is(outbox.size, 1);
  clock.advance(60_001);
  assert.is(outbox.size, 0);
  await webhooks.close();
}));

test('a request times out after 10 s, and a slow target delays no other', () => withReceiver(async (slow) => {
  const fast = await receive();
  slow.answer = () => {};
  const { webhooks, clock, logged, outbox } = await rig();
  webhooks.send(event(), [slow.url, fast.url]);
  webhooks.send(event('recovered'), [slow.url, fast.url]);
  await Promise.all([fast.untilGot(2), slow.untilGot(1)]);
  await logged(DELIVERED);
  assert.equal(fast.got.map(({ type }) => type), ['down.raised', 'down.recovered']);
  assert.is(slow.got.length, 1, 'one at a time');
  clock.advance(10_000);
  await logged(RETRIED);
  assert.is(outbox.candidates()[0]!.failure, 'It did not answer within 10 s.');
  await webhooks.close();
  await fast.close();
}));

test('the events of one alert are delivered in order, and other alerts do not wait for them', () => withReceiver(async (receiver) => {
  receiver.answer = (response, { headers }) => response.writeHead(headers['webhook-id'] === 'alert-1-raised' ? 400 : 200).end();
  const { webhooks, clock, logged } = await rig();
  webhooks.send(event(), [receiver.url]);
  webhooks.send(event('recovered'), [receiver.url]);
  webhooks.send(event('raised', 'alert-2'), [receiver.url]);
  await logged(RETRIED);
  clock.advance(5000);
  await logged(DELIVERED);
  await logged(RETRIED);
  receiver.answer = status(200);
  clock.advance(10_000);
  await logged(DELIVERED);
  await logged(DELIVERED);
  const ids = receiver.got.map(({ headers }) => headers['webhook-id']);
  assert.ok(ids.indexOf('alert-2-raised') < ids.indexOf('alert-1-recovered'));
  assert.is(ids.at(-1), 'alert-1-recovered');
  assert.is(ids.at(-2), 'alert-1-raised');
  await webhooks.close();
}));

test('a target that is down gets one attempt per backoff, not one per pending delivery', () => withReceiver(async (receiver) => {
  receiver.answer = status(503);
  const { webhooks, clock, logged } = await rig();
  for (let index = 0; index < 20; index++) webhooks.send(event('raised', `alert-${index}`), [receiver.url]);
  for (const waitS of [5, 10, 20]) {
    await logged(RETRIED);
    clock.advance(1000 * waitS - 1);
    await new Promise(setImmediate);
    const before = receiver.got.length;
    clock.advance(1);
    await receiver.untilGot(before + 1);
  }
  assert.is(receiver.got.length, 4, 'one attempt after each backoff, not twenty');
  receiver.answer = status(200);
  await logged(RETRIED);
  clock.advance(40_000);
  await receiver.untilGot(4 + 20);
  await webhooks.close();
}));

test('pending deliveries are sent after the next start, and none twice', () => withReceiver(async (receiver) => {
  const store = new SqliteStore(() => openDatabase(':memory:'));
  receiver.answer = (response, { headers }) => {
    if (headers['webhook-id'] === 'alert-1-raised') response.writeHead(200).end();
  };
  const before = await rig({ store });
  before.webhooks.send(event(), [receiver.url]);
  before.webhooks.send(event('recovered'), [receiver.url]);
  await receiver.untilGot(2);
  const closed = before.webhooks.close();
  before.clock.advance(2000);
  await closed;
  assert.is(before.outbox.candidates()[0]!.attempts, 0, 'an attempt aborted by the shutdown does not count');
  receiver.answer = status(200);
  const after = await rig({ store, startMs: START_MS + 60_000 });
  await after.logged(DELIVERED);
  assert.equal(receiver.got.map(({ headers }) => headers['webhook-id']), ['alert-1-raised', 'alert-1-recovered', 'alert-1-recovered']);
  await after.webhooks.close();
  assert.is((await Outbox.open(store.deliveries, new Log('error'))).size, 0);
  assert.is(after.clock.actions.length, 0, 'no timer is left');
  await store.close();
}));

test('pending deliveries of a station that is taken are read again until they can be, and not after it is left', () => withReceiver(async (receiver) => {
  let asked = 0;
  const store: DeliveryStore = {
    pending: async () => {
      if (++asked < 3) throw new Error('the database is away');
      return deliveriesOf(event(), [receiver.url]).map((delivery) => newDelivery(delivery, START_MS));
    },
    write: async () => {},
    deleteDone: async () => {},
  };
  const clock = new ManualClock();
  clock.frame = START_MS;
  const log = new Log('error', () => {});
  const webhooks = new Webhooks({ outbox: Outbox.shared(store, log), secret: '', log, guard: LOOPBACK, scheduler: clock });
  const taken = webhooks.take('a');
  void webhooks.take('b');
  await until(() => asked === 2);
  await webhooks.leave('b');
  clock.advance(5000);
  await taken;
  await receiver.untilGot(1);
  assert.is(asked, 3);
  await webhooks.close();
}));

test('an unreachable target is logged without its path and credentials', () => withReceiver(async (receiver) => {
  await receiver.close();
  const { webhooks, logged, outbox, lines } = await rig();
  const secret = receiver.url.replace('http://', 'http://user:pass@').replace('/hook', '/services/T0KEN');
  webhooks.send(event(), [secret]);
  const all: unknown[] = [];
  const { push } = lines;
  lines.push = (...more) => {
    all.push(...more);
    return push.apply(lines, more);
  };
  await logged(RETRIED);
  assert.match(outbox.candidates()[0]!.failure!, /^It could not be reached: .*ECONNREFUSED/);
  assert.not.match(JSON.stringify([...all, ...lines]), /T0KEN|pass/);
  assert.match(JSON.stringify([...all, ...lines]), new URL(receiver.url).origin);
  await webhooks.close();
}));

test('user name and password in the URL are sent as an Authorization header', () => withReceiver(async (receiver) => {
  const { webhooks, logged } = await rig();
  webhooks.send(event(), [receiver.url.replace('http://', 'http://user:p%40ss@')]);
  await logged(DELIVERED);
  assert.is(receiver.got[0]!.headers.authorization, `Basic ${Buffer.from('user:p@ss').toString('base64')}`);
  await webhooks.close();
}));

test('a saved target that can never work is given up at once, not retried for days', async () => {
  const { webhooks, logged, outbox, lines } = await rig();
  const all: unknown[] = [];
  const { push } = lines;
  lines.push = (...more) => {
    all.push(...more);
    return push.apply(lines, more);
  };
  webhooks.send(event(), ['http://127.0.0.1:6666/T0KEN']);
  await logged(GIVEN_UP);
  assert.is(outbox.size, 0);
  assert.match(JSON.stringify(all), /can never work: no request can be made to port 6666/);
  assert.not.match(JSON.stringify(all), 'T0KEN');
  await webhooks.close();
});

test('pending deliveries to a removed target are discarded', () => withReceiver(async (receiver) => {
  receiver.answer = status(500);
  const { webhooks, logged, outbox } = await rig();
  webhooks.send(event(), [receiver.url]);
  webhooks.send(event('raised', 'alert-2', 'b'), [receiver.url]);
  await logged(RETRIED);
  webhooks.dropRemovedTargets('a', []);
  assert.equal(outbox.candidates().map(({ stationId }) => stationId), ['b']);
  await webhooks.close();
}));

test.run();
