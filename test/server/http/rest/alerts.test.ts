import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ClosedRow } from '../../../../server/store/store.js';
import { ask } from './ask.js';
import { sharedHistory } from './kept-server.js';

const NOW = Date.now();
const HOUR_MS = 3_600_000;

const alert = (id: string, hoursAgo: number, station = 'one'): ClosedRow => ({
  kind: 'alert', station,
  alert: { id, station: { id: station, name: `Radio ${station}` }, type: 'dead-air', fromMs: NOW - hoursAgo * HOUR_MS, toMs: NOW - hoursAgo * HOUR_MS + 1000, sentence: 'No sound.' },
});

interface Alerts { readonly alerts: readonly { readonly id: string }[] }

const MANY = Array.from({ length: 1001 }, (_, number) => alert(`many ${number}`, 100 + number, 'many'));
const shared = sharedHistory(test, [...MANY, alert('1', 30), alert('2', 3), alert('3', 2, 'two'), alert('4', 1)]);

test('alerts of all stations or of one, newest first; of the last day unless a time is given', () => shared(async (server) => {
  const ids = async (query: string): Promise<string[]> => (await ask<Alerts>(server, 'GET', `/v1/alerts${query}`)).body.alerts.map(({ id }) => id);
  assert.equal(await ids(''), ['4', '3', '2']);
  assert.equal(await ids('?station=one'), ['4', '2']);
  assert.equal(await ids(`?from=${NOW - 50 * HOUR_MS}`), ['4', '3', '2', '1']);
  assert.equal(await ids(`?from=${NOW - 50 * HOUR_MS}&to=${NOW - 20 * HOUR_MS}`), ['1']);
  assert.equal((await ask<Alerts>(server, 'GET', '/v1/alerts?station=two')).body.alerts, [{
    id: '3', station: { id: 'two', name: 'Radio two' }, type: 'dead-air',
    from: new Date(NOW - 2 * HOUR_MS).toISOString(), to: new Date(NOW - 2 * HOUR_MS + 1000).toISOString(), sentence: 'No sound.',
  }]);
}));

test('a response has a thousand alerts at most, the newest', () => shared(async (server) => {
  const { alerts } = (await ask<Alerts>(server, 'GET', '/v1/alerts?station=many&from=0')).body;
  assert.equal([alerts.length, alerts[0]!.id, alerts.at(-1)!.id], [1000, 'many 0', 'many 999']);
}));

test.run();
