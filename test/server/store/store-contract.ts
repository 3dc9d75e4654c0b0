/** Tests that every store must pass, whatever its database. */
import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AlertRecord, HistoryBatch, HistoryMinute, HistorySegment, HistoryState, HistoryStore, Store } from '../../../server/store/store.js';
import type { Delivery } from '../../../server/store/deliveries.js';
import type { StoredToken } from '../../../server/store/tokens.js';

const T = Date.UTC(2026, 10, 21, 12);
const SECOND = 1000;
const MINUTE = 60_000;
const ALL = { fromMs: 0, toMs: T * 2 };
const MANY = 1000;

export const segment = (fromS: number, toS: number, genre: string | null = 'rock'): HistorySegment =>
  ({ fromMs: T + fromS * SECOND, toMs: T + toS * SECOND, state: genre === null ? 'speech' : 'music', genre, p: 0.8125, nowPlaying: 'A - B' });
export const state = (fromS: number, toS: number): HistoryState => ({ fromMs: T + fromS * SECOND, toMs: T + toS * SECOND, state: 'failing', reason: 'It answers 503.' });
const minute = (index: number, shares: Record<string, number>): HistoryMinute => ({ minute: T / MINUTE + index, shares });
const alert = (id: string, fromS: number, toS: number | null, station = 'a'): AlertRecord =>
  ({ id, station: { id: station, name: `Radio ${station}` }, type: 'dead-air', fromMs: T + fromS * SECOND, toMs: toS === null ? null : T + toS * SECOND, sentence: 'No sound.' });
const range = (fromS: number, toS: number): { fromMs: number; toMs: number } => ({ fromMs: T + fromS * SECOND, toMs: T + toS * SECOND });
const batch = (part: Partial<HistoryBatch>): HistoryBatch => ({ forgotten: [], closed: [], open: [], ...part });
const nothingOpen = { segment: null, state: null, minute: null };

/** @param make an empty store, which the test closes */
export function storeContract(test: Test, name: string, make: () => Promise<Store>): void {
  const using = (what: string, work: (store: Store) => Promise<void>): void => {
    test(`${name}: ${what}`, async () => {
      const store = await make();
      try {
        await work(store);
      } finally {
        await store.close();
      }
    });
  };
  const on = (what: string, work: (store: HistoryStore) => Promise<void>): void => using(what, ({ history }) => work(history));

  on('written rows are read back unchanged', async (store) => {
    const title = { atMs: T, title: 'Señor "Ö" – 🎵' };
    await store.write(batch({
      closed: [
        { kind: 'segment', station: 'a', segment: segment(0, 10) },
        { kind: 'segment', station: 'a', segment: segment(10, 20, null) },
        { kind: 'state', station: 'a', state: state(0, 20) },
        { kind: 'title', station: 'a', title },
        { kind: 'title', station: 'a', title: { atMs: T + 1, title: null } },
        { kind: 'minute', station: 'a', minute: minute(0, { rock: 41_234, down: 5 }) },
        { kind: 'alert', station: 'a', alert: alert('x', 0, null) },
      ],
    }));
    assert.equal(await store.segments('a', ALL, MANY), [segment(0, 10), segment(10, 20, null)]);
    assert.equal(await store.states('a', ALL, MANY), [state(0, 20)]);
    assert.equal(await store.titles('a', ALL, MANY), [title, { atMs: T + 1, title: null }]);
    assert.equal(await store.minutes('a', ALL, MANY), [minute(0, { rock: 41_234, down: 5 })]);
    assert.equal(await store.alerts(ALL, MANY), [alert('x', 0, null)]);
    assert.equal(await store.segments('b', ALL, MANY), []);
  });

  on('closed minutes are summed by the hour, within the range', async (store) => {
    const closed = [[0, { rock: 60_000 }], [1, { rock: 20_000, down: 40_000 }], [59, { jazz: 5 }], [60, { jazz: 7 }], [180, { rock: 1 }]] as const;
    await store.write(batch({ closed: closed.map(([index, shares]) => ({ kind: 'minute', station: 'a', minute: minute(index, shares) })) }));
    const hour = T / MINUTE / 60;
    assert.equal(await store.hours('a', range(0, 3 * 3600)), [{ hour, shares: { down: 40_000, jazz: 5, rock: 80_000 } }, { hour: hour + 1, shares: { jazz: 7 } }]);
    assert.equal(await store.hours('b', ALL), []);
  });

  on('tags and mood of a segment are read back, closed or open', async (store) => {
    const first: HistorySegment = { ...segment(0, 10), tags: [['calm', 0.71], ['guitar', 0.5]], mood: { lively: 0.2, happy: 0 } };
    const second: HistorySegment = { ...segment(10, 20), mood: { happy: 0.6 } };
    await store.write(batch({ closed: [{ kind: 'segment', station: 'a', segment: first }], open: [{ station: 'a', ...nothingOpen, segment: second }] }));
    assert.equal(await store.segments('a', ALL, MANY), [first, second]);
  });

  on('a row that can not be stored is reported, and the others are written', async (store) => {
    const refused = await store.write(batch({
      closed: [
        { kind: 'segment', station: 'a', segment: segment(0, 10) },
        { kind: 'alert', station: 'b', alert: alert('broken', 0.0005, null, 'b') },
        { kind: 'title', station: 'b', title: { atMs: null as unknown as number, title: 'No time' } },
        { kind: 'state', station: 'a', state: state(0, 20) },
      ],
      open: [{ station: 'c', ...nothingOpen, segment: { ...segment(0, 5), fromMs: T + 0.5 } }, { station: 'a', ...nothingOpen, segment: segment(20, 25) }],
    }));
    assert.equal(refused.map(({ station }) => station), ['b', 'b', 'c']);
    for (const { reason } of refused) assert.ok(reason.length > 10, reason);
    assert.equal(await store.segments('a', ALL, MANY), [segment(0, 10), segment(20, 25)]);
    assert.equal(await store.states('a', ALL, MANY), [state(0, 20)]);
    assert.equal(await store.alerts(ALL, MANY), []);
  });

  on('a range returns rows that overlap it, not those that only touch it', async (store) => {
    await store.write(batch({
      closed: [[0, 10], [10, 20], [20, 30], [40, 50]].map(([from, to]) => ({ kind: 'segment', station: 'a', segment: segment(from!, to!) })),
      open: [{ station: 'a', ...nothingOpen, segment: segment(50, 55) }],
    }));
    const found = async (fromS: number, toS: number): Promise<number[]> => (await store.segments('a', range(fromS, toS), MANY)).map(({ fromMs }) => (fromMs - T) / SECOND);
    assert.equal(await found(10, 20), [10]);
    assert.equal(await found(15, 21), [10, 20]);
    assert.equal(await found(32, 38), []);
    assert.equal(await found(31, 41), [40]);
    assert.equal(await found(49, 99), [40, 50]);
    assert.equal(await found(55, 99), []);
    assert.equal(await found(-99, 99), [0, 10, 20, 40, 50]);
  });

  on('limited reads return the earliest rows, and continue from the end of the last', async (store) => {
    await store.write(batch({ closed: [[0, 10], [10, 20], [20, 30]].map(([from, to]) => ({ kind: 'segment', station: 'a', segment: segment(from!, to!) })) }));
    const first = await store.segments('a', ALL, 2);
    assert.equal(first, [segment(0, 10), segment(10, 20)]);
    assert.equal(await store.segments('a', { ...ALL, fromMs: first.at(-1)!.toMs }, 2), [segment(20, 30)]);
  });

  on('open rows are read with their end so far, until they are closed', async (store) => {
    const open = (toS: number): HistoryBatch => batch({ open: [{ station: 'a', segment: segment(0, toS), state: state(0, toS), minute: minute(0, { rock: toS * SECOND }) }] });
    await store.write(open(2));
    await store.write(open(4));
    assert.equal(await store.segments('a', ALL, MANY), [segment(0, 4)]);
    assert.equal(await store.states('a', ALL, MANY), [state(0, 4)]);
    assert.equal(await store.minutes('a', ALL, MANY), [minute(0, { rock: 4000 })]);
    await store.write(batch({
      closed: [
        { kind: 'segment', station: 'a', segment: segment(0, 5) },
        { kind: 'state', station: 'a', state: state(0, 5) },
        { kind: 'minute', station: 'a', minute: minute(0, { rock: 5000 }) },
      ],
      open: [{ station: 'a', ...nothingOpen }],
    }));
    assert.equal(await store.segments('a', ALL, MANY), [segment(0, 5)]);
    assert.equal(await store.states('a', ALL, MANY), [state(0, 5)]);
    assert.equal(await store.minutes('a', ALL, MANY), [minute(0, { rock: 5000 })]);
  });

  on('a forgotten station leaves no rows, and can be recorded again', async (store) => {
    const closed: HistoryBatch['closed'] = ['a', 'b'].flatMap((station) => [
      { kind: 'segment', station, segment: segment(0, 10) },
      { kind: 'state', station, state: state(0, 10) },
      { kind: 'title', station, title: { atMs: T, title: 'x' } },
      { kind: 'minute', station, minute: minute(0, { rock: 1 }) },
      { kind: 'alert', station, alert: alert(`of ${station}`, 0, null, station) },
    ] as const);
    await store.write(batch({ closed, open: [{ station: 'a', segment: segment(10, 12), state: state(10, 12), minute: minute(1, { rock: 1 }) }] }));
    await store.write(batch({ forgotten: ['a'], closed: [{ kind: 'segment', station: 'a', segment: segment(20, 30) }] }));
    assert.equal(await store.segments('a', ALL, MANY), [segment(20, 30)]);
    for (const rows of [await store.states('a', ALL, MANY), await store.titles('a', ALL, MANY), await store.minutes('a', ALL, MANY), await store.alerts(ALL, MANY, 'a')]) assert.equal(rows, []);
    assert.equal(await store.segments('b', ALL, MANY), [segment(0, 10)]);
    assert.is((await store.openAlerts()).length, 1);
  });

  on('alerts are read newest first, of one station or of all, and updated when they end', async (store) => {
    await store.write(batch({ closed: [alert('1', 0, 10), alert('2', 20, null), alert('3', 5, 30, 'b')].map((each) => ({ kind: 'alert', station: each.station.id, alert: each })) }));
    const ids = async (...args: Parameters<HistoryStore['alerts']>): Promise<string[]> => (await store.alerts(...args)).map(({ id }) => id);
    assert.equal(await ids(ALL, MANY), ['2', '3', '1']);
    assert.equal(await ids(ALL, 2), ['2', '3']);
    assert.equal(await ids(ALL, MANY, 'a'), ['2', '1']);
    assert.equal(await ids(range(15, 18), MANY), ['3']);
    assert.equal(await ids(range(900, 1000), MANY), ['2']);
    assert.equal((await store.openAlerts()).map(({ id }) => id), ['2']);
    await store.write(batch({ closed: [{ kind: 'alert', station: 'a', alert: { ...alert('2', 20, 40), sentence: 'Sound again.' } }] }));
    assert.equal(await store.openAlerts(), []);
    assert.equal((await store.alerts(ALL, 1))[0], alert('2', 20, 40));
  });

  on('rows that ended before a time are deleted in batches', async (store) => {
    await store.write(batch({
      closed: ['a', 'b'].flatMap((station) => [
        ...[[0, 60], [60, 120], [120, 300]].flatMap(([from, to]) => [
          { kind: 'segment', station, segment: segment(from!, to!) },
          { kind: 'state', station, state: state(from!, to!) },
          { kind: 'title', station, title: { atMs: T + from! * SECOND, title: 'x' } },
          { kind: 'minute', station, minute: minute(from! / 60, { rock: 1 }) },
        ] as const),
        { kind: 'alert', station, alert: alert(`old ${station}`, 0, 60, station) } as const,
        { kind: 'alert', station, alert: alert(`open ${station}`, 1, null, station) } as const,
      ]),
    }));
    const before = T + 121 * SECOND;
    let deleted = 0;
    for (let portion = 1; portion > 0;) {
      portion = await store.prune(before, 5);
      assert.ok(portion <= 5);
      deleted += portion;
    }
    // Of each station two segments, two states, three titles, two minutes and an alert.
    assert.is(deleted, 20);
    for (const station of ['a', 'b']) {
      assert.equal(await store.segments(station, ALL, MANY), [segment(120, 300)]);
      assert.is((await store.states(station, ALL, MANY)).length, 1);
      assert.equal(await store.titles(station, ALL, MANY), []);
      assert.equal((await store.minutes(station, ALL, MANY)).map((each) => each.minute), [T / MINUTE + 2]);
    }
    assert.equal((await store.alerts(ALL, MANY)).map(({ id }) => id), ['open a', 'open b']);
  });

  const numbered = (number: number, part: Partial<HistoryBatch>): HistoryBatch => batch({ ...part, numbers: new Map([['a', number]]) });

  on('of several nodes the one with the highest number writes of a station, and the others are refused', async (store) => {
    await store.write(numbered(5, { closed: [{ kind: 'segment', station: 'a', segment: segment(0, 10) }, { kind: 'alert', station: 'a', alert: alert('x', 0, null) }] }));
    await store.write(numbered(7, { closed: [{ kind: 'segment', station: 'a', segment: segment(10, 20) }] }));
    // The former one writes of another station all the same.
    const refused = await store.write(batch({
      numbers: new Map([['a', 5], ['b', 1]]),
      closed: [{ kind: 'segment', station: 'a', segment: segment(0, 30, 'jazz') }, { kind: 'alert', station: 'a', alert: alert('x', 0, 9) }, { kind: 'segment', station: 'b', segment: segment(0, 30) }],
      open: [{ station: 'a', segment: segment(30, 40), state: state(30, 40), minute: minute(0, { jazz: 9 }) }],
    }));
    assert.equal(refused.map(({ station, isFenced }) => [station, isFenced]), [['a', true]]);
    assert.equal(await store.segments('a', ALL, MANY), [segment(0, 10), segment(10, 20)]);
    assert.equal(await store.states('a', ALL, MANY), []);
    assert.equal(await store.openAlerts('a'), [alert('x', 0, null)]);
    assert.equal(await store.segments('b', ALL, MANY), [segment(0, 30)]);
    assert.equal(await store.write(numbered(7, { closed: [{ kind: 'alert', station: 'a', alert: alert('x', 0, 9) }] })), []);
    assert.equal(await store.openAlerts('a'), []);
  });

  on('who claims a station closes what its former holder left open, learns until when it wrote, and shuts it out', async (store) => {
    assert.is(await store.claim('a', 3), null);
    const open = (station: string) => ({ station, segment: segment(0, 8), state: state(0, 10), minute: minute(0, { rock: 8000 }) });
    await store.write(batch({ numbers: new Map([['a', 3], ['b', 4]]), open: [open('a'), open('b')] }));
    assert.is(await store.claim('a', 6), T + 10 * SECOND);
    assert.equal((await store.write(numbered(3, { open: [open('a')] }))).map(({ isFenced }) => isFenced), [true]);
    await store.write(numbered(6, { open: [{ station: 'a', segment: segment(20, 22, 'jazz'), state: state(12, 22), minute: minute(0, { jazz: 2000 }) }] }));
    assert.equal(await store.segments('a', ALL, MANY), [segment(0, 8), segment(20, 22, 'jazz')]);
    assert.equal(await store.states('a', ALL, MANY), [state(0, 10), state(12, 22)]);
    assert.equal(await store.minutes('a', ALL, MANY), [minute(0, { rock: 8000, jazz: 2000 })]);
    // A lower number changes nothing.
    assert.is(await store.claim('a', 5), T + 10 * SECOND);
    assert.equal(await store.write(numbered(6, {})), []);
    assert.equal(await store.segments('b', ALL, MANY), [segment(0, 8)]);
  });

  on('an alert is one by its station, rule and time, and numbers are as large as microseconds since 1970', async (store) => {
    const number = 1_796_028_783_979_021;
    await store.write(numbered(number, { closed: [{ kind: 'alert', station: 'a', alert: alert('x', 0, null) }] }));
    const refused = await store.write(numbered(number, { closed: [{ kind: 'alert', station: 'a', alert: alert('other', 0, null) }] }));
    assert.equal(refused.map(({ station, isFenced }) => [station, isFenced ?? false]), [['a', false]]);
    assert.equal((await store.write(numbered(number - 1, {}))).map(({ isFenced }) => isFenced), [true]);
    assert.equal(await store.alerts(ALL, MANY), [alert('x', 0, null)]);
  });

  const delivery = (eventId: string, more: Partial<Delivery> = {}): Delivery =>
    ({ eventId, target: 'https://one.example/hook', alertId: 'alert', stationId: 'a', body: '{"sentence":"“ö”"}', createdAtMs: T, attempts: 0, nextAtMs: T, doneAtMs: null, outcome: null, failure: null, ...more });

  using('deliveries are written with their alert, unless they are there or the alert is refused', async ({ history, deliveries }) => {
    const raised = (number: number, id: string, ...with_: readonly Delivery[]) => history.write(numbered(number, { closed: [{ kind: 'alert', station: 'a', alert: alert(id, 0, null), deliveries: with_ }] }));
    await raised(2, 'x', delivery('x-raised'));
    assert.equal(await deliveries.pending(), [delivery('x-raised')]);
    const sent = delivery('x-raised', { attempts: 1, doneAtMs: T + 10, outcome: 'delivered' });
    await deliveries.write([sent]);
    await raised(2, 'x', delivery('x-raised'));
    assert.equal(await deliveries.pending(), [], 'what was sent is not sent again');
    assert.is((await raised(1, 'y', delivery('y-raised')))[0]!.isFenced, true);
    assert.equal(await deliveries.pending(), []);
  });

  using('pending deliveries are read in order of arrival, and replaced by event and target', async ({ deliveries }) => {
    const other = { target: 'https://two.example/hook' };
    await deliveries.write([delivery('b'), delivery('b', other), delivery('c', { createdAtMs: T + 1 })]);
    await deliveries.write([delivery('a', { createdAtMs: T + 2 }), delivery('b', { attempts: 2, nextAtMs: T + 5000, failure: 'It answered 500.' })]);
    await deliveries.write([delivery('b', { ...other, attempts: 1, doneAtMs: T + 10, outcome: 'delivered' })]);
    assert.equal(await deliveries.pending(), [
      delivery('b', { attempts: 2, nextAtMs: T + 5000, failure: 'It answered 500.' }),
      delivery('c', { createdAtMs: T + 1 }),
      delivery('a', { createdAtMs: T + 2 }),
    ]);
    await deliveries.write([delivery('d', { stationId: 'b' })]);
    assert.equal((await deliveries.pending('b')).map(({ eventId }) => eventId), ['d']);
    assert.is((await deliveries.pending('a')).length, 3);
    await deliveries.write([]);
    assert.is((await deliveries.pending()).length, 4);
  });

  using('old deliveries are deleted once they are done, never while pending', async ({ deliveries }) => {
    const done = { doneAtMs: T + 1000, outcome: 'given up' } as const;
    await deliveries.write([delivery('old', done), delivery('new', { ...done, doneAtMs: T + 3000 }), delivery('waits')]);
    await deliveries.deleteDone(T + 2000);
    // One that is there still is replaced; one that was deleted is added.
    await deliveries.write([delivery('old'), delivery('new', { ...done, doneAtMs: T + 3000 })]);
    assert.equal((await deliveries.pending()).map(({ eventId }) => eventId).sort(), ['old', 'waits']);
  });

  const token = (id: string, more: Partial<StoredToken> = {}): StoredToken =>
    ({ id, hash: id.padEnd(64, '0'), name: `Token “${id}”`, role: 'send', stations: null, origins: null, createdAtMs: T, usedAtMs: null, ...more });

  using('tokens are added, found, marked as used and removed', async ({ tokens }) => {
    const bound = token('b', { stations: ['one', 'two'], origins: ['https://radio.example'], createdAtMs: T + 1 });
    await tokens.add(bound);
    await tokens.add(token('c'));
    await tokens.add(token('a', { createdAtMs: T + 1, role: 'manage' }));
    assert.equal(await tokens.get('b'), bound);
    assert.is(await tokens.get('x'), undefined);
    assert.equal((await tokens.list()).map(({ id }) => id), ['c', 'a', 'b']);
    await tokens.markUsed('b', T + 99);
    await tokens.markUsed('x', T + 99);
    assert.equal(await tokens.get('b'), { ...bound, usedAtMs: T + 99 });
    await tokens.add(token('b')).then(() => assert.unreachable(), (error: Error) => assert.is(error.name, 'StoreError'));
    assert.equal([await tokens.remove('b'), await tokens.remove('b'), await tokens.get('b')], [true, false, undefined]);
  });
}
