/** What happens to a station's records and alerts when this node gets it and loses it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Lease } from '../../../server/cluster/lease.js';
import { stationTurns, type Records } from '../../../server/cluster/station-turns.js';
import { Log } from '../../../server/log.js';
import type { Takeover } from '../../../server/stations/station.js';
import { eventually } from '../../support/until.js';
import type { Stations } from '../../../server/stations/stations.js';

const NOW_MS = 100_000;

function turns(claim: Records['claim'] | undefined, claimMs?: number) {
  const done: string[] = [];
  let nowMs = 0;
  const station = {
    isOurs: false,
    config: { id: 'one', enabled: true },
    takeOver(gap?: Takeover) {
      station.isOurs = true;
      done.push(`listens${gap ? `, ${gap.reason}` : ''}`);
    },
    handOver() {
      station.isOurs = false;
      done.push('stops');
    },
  };
  const lease = new Lease({ name: 'station.one', value: '', number: 7, sentAtMs: 0, holdMs: 4000, now: () => nowMs, engine: { renew: async () => true, release: async () => {} } });
  const listening = stationTurns({
    node: 'b',
    stations: { list: () => [station], get: (id: string) => (id === 'one' ? station : undefined) } as unknown as Pick<Stations, 'list' | 'get'>,
    records: claim && { claim, handOver: async (id) => void done.push(`writes the rest of ${id}`) },
    alerts: { take: (id, open) => void done.push(`watches ${id} with ${open.length} alerts`), leave: async (id) => void done.push(`leaves the alerts of ${id}`) },
    log: new Log('error', () => {}),
    now: () => NOW_MS,
    ...(claimMs !== undefined && { claimMs }),
  });
  return { done, lease, listening, expire: () => void (nowMs = 4000) };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('it claims, restores alerts, marks the gap and listens; in the end it stops before it writes the rest', async () => {
  const claimed: number[] = [];
  const { done, lease, listening } = turns(async (_, number) => {
    claimed.push(number);
    return { untilMs: NOW_MS - 7250, alerts: [{ id: 'x', stationId: 'one', stationName: 'One', type: 'down', fromMs: 0 }] };
  });
  assert.equal([...listening.wanted()], ['one']);
  assert.ok(listening.wants('one') && !listening.wants('two'));
  listening.begin('one', lease);
  await settled();
  assert.equal(claimed, [7]);
  assert.equal(done.splice(0), ['watches one with 1 alerts', 'listens, No node listened to it for 7.3 s; then b took over.']);
  await listening.end('one');
  assert.equal(done, ['stops', 'leaves the alerts of one', 'writes the rest of one']);
});

test('a moment without a listener is no gap', async () => {
  const { done, lease, listening } = turns(async () => ({ untilMs: NOW_MS - 500, alerts: [] }));
  listening.begin('one', lease);
  await settled();
  assert.equal(done, ['watches one with 0 alerts', 'listens']);
});

test('a store that can not be read, or none, keeps nobody from listening', async () => {
  for (const claim of [undefined, () => Promise.reject(new Error('disk full'))]) {
    const { done, lease, listening } = turns(claim);
    listening.begin('one', lease);
    await settled();
    assert.equal(done, ['watches one with 0 alerts', 'listens']);
    await listening.end('one');
  }
});

test('a store that answers late is asked until it does: open alerts from before go on', async () => {
  let asked = 0;
  const alert = { id: 'x', stationId: 'one', stationName: 'One', type: 'down', fromMs: 0 } as const;
  const { done, lease, listening } = turns(async () => {
    if (++asked < 3) throw new Error('not yet');
    return { untilMs: null, alerts: [alert, { ...alert, id: 'own', fromMs: NOW_MS }] };
  }, 1);
  listening.begin('one', lease);
  await eventually('the alerts are taken', () => done.length === 3);
  assert.is(asked, 3);
  assert.equal(done, ['watches one with 0 alerts', 'listens', 'watches one with 1 alerts']);
});

test('a station that is left is not asked for any more', async () => {
  let asked = 0;
  const { done, lease, listening } = turns(async () => {
    asked++;
    throw new Error('never');
  }, 1);
  listening.begin('one', lease);
  await eventually('it is asked again', () => asked > 1);
  await listening.end('one');
  const before = asked;
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(asked <= before + 1);
  assert.not(done.includes('watches one with 1 alerts'));
});

test('a lease that ended while the store was asked begins nothing', async () => {
  for (const how of ['expired', 'ended'] as const) {
    let answer: (() => void) | undefined;
    const { done, lease, listening, expire } = turns(() => new Promise((resolve) => (answer = () => resolve({ untilMs: null, alerts: [] }))));
    listening.begin('one', lease);
    if (how === 'expired') expire();
    else await listening.end('one');
    answer!();
    await settled();
    assert.not(done.some((each) => each.startsWith('listens') || each.startsWith('watches')));
  }
});

test.run();
