/** Models of the station pages: routes, filter and order, times, hours of the day, the form. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { cardWindow, columnsIn } from '../../../client/dashboard/model/card-window.js';
import { SteadyOrder } from '../../../client/dashboard/model/steady-order.js';
import { dayShares, hoursOfDay, sectorPath, type Share } from '../../../client/dashboard/model/day-clock.js';
import { routeUrl, LIVE, routeAt, STATIONS } from '../../../client/dashboard/model/route.js';
import { NEW_STATION, refusedFields, ruleOf, ruleRows, RULE_TYPES, webhookLines } from '../../../client/dashboard/model/station-form.js';
import { filterStations, filterCounts, hasVisibleChange, type StationQuery } from '../../../client/dashboard/model/station-list.js';
import { coarseDuration, timeWithDay } from '../../../client/dashboard/model/station-words.js';
import type { StationGlance } from '../../../server/protocol/messages.js';
import { DEFAULT_RULES, newStationSchema, ruleSchema } from '../../../server/stations/config.js';

const BASE = new URL('http://server/radio/');

function station(id: string, given: Partial<StationGlance> = {}): StationGlance {
  return { id, name: id, state: 'live', since: '2026-11-21T12:00:00.000Z', nowPlaying: null, reason: null, heard: 'music', genre: 'rock', p: 0.5, level: -20, alerts: [], ...given };
}

const ids = (stations: readonly StationGlance[]): string => stations.map(({ id }) => id).join(' ');
const query = (given: Partial<StationQuery> = {}): StationQuery => ({ text: '', kind: 'all', order: 'name', ...given });

test('each route has a URL below the base, which leads back to it', () => {
  assert.equal([LIVE, STATIONS, { page: 'station', id: 'a/b ü' } as const].map((route) => routeUrl(route, BASE)), ['http://server/radio/', 'http://server/radio/stations', 'http://server/radio/stations/a%2Fb%20%C3%BC']);
  assert.is(routeUrl(STATIONS, BASE, true), 'http://server/radio/stations?kiosk=1');
  fc.assert(fc.property(fc.string({ minLength: 1 }).filter((id) => id !== '.' && id !== '..'), (id) => {
    assert.equal(routeAt(new URL(routeUrl({ page: 'station', id }, BASE)), BASE), { page: 'station', id });
  }));
});

test('other URLs are not routes', () => {
  for (const address of ['http://server/radio/v1/streams', 'http://server/other', 'http://other/radio/', 'http://server/radio/stations/a/b']) {
    assert.is(routeAt(new URL(address), BASE), undefined, address);
  }
  assert.equal(routeAt(new URL('http://server/radio/stations/?kiosk=1'), BASE), STATIONS);
  assert.equal(routeAt(new URL('http://server/radio/tune'), BASE), { page: 'tune' });
  assert.equal(routeAt(new URL('http://server/radio/stations/%zz'), BASE), { page: 'station', id: '%zz' });
});

test('all search words must occur in the name, genre or title, ignoring accents', () => {
  const stations = [station('Rádio Um', { genre: 'hiphop' }), station('two', { nowPlaying: 'Björk – Jóga' }), station('three', { genre: null })];
  assert.is(ids(filterStations(stations, query({ text: ' radio HIP ' }))), 'Rádio Um');
  assert.is(ids(filterStations(stations, query({ text: 'bjork' }))), 'two');
  assert.is(ids(filterStations(stations, query({ text: 'radio bjork' }))), '');
  assert.is(filterStations(stations, query()).length, 3);
});

test('sorts by name in natural order, by urgency, or by genre', () => {
  const stations = [
    station('Radio 10', { genre: 'jazz' }), station('radio 2', { state: 'stopped', genre: null }), station('Radio 1', { alerts: ['drift'] }),
    station('b', { state: 'failing', genre: null }), station('a', { state: 'silent', genre: 'blues' }),
  ];
  assert.is(ids(filterStations(stations, query())), 'a b Radio 1 radio 2 Radio 10');
  assert.is(ids(filterStations(stations, query({ order: 'state' }))), 'Radio 1 b a Radio 10 radio 2');
  assert.is(ids(filterStations(stations, query({ order: 'genre' }))), 'a Radio 10 Radio 1 b radio 2');
});

test('keeps what plays now, and sorts by sureness and by profiles', () => {
  const stations = [station('a', { genre: 'jazz', p: 0.61 }), station('b', { genre: 'jazz', p: 0.9 }), station('c', { genre: 'rock', p: 1, mood: { lively: 0.9 } }), station('d', { heard: 'speech', genre: null, p: 0 })];
  const jazz = { genres: ['jazz'], tags: [], moods: [] };
  assert.is(ids(filterStations(stations, query({ wish: jazz }))), 'a b');
  assert.is(ids(filterStations(stations, query({ wish: jazz, order: 'sure' }))), 'b a');
  assert.is(ids(filterStations(stations, query({ wish: { ...jazz, genres: [], moods: ['lively'] } }))), 'c');
  const profile = (id: string, genres: Record<string, number>, speech: number, entropy: number) => [id, { id, heardS: 100, genres, speech, silence: 0, unknown: 0, entropy, usual: { genre: Object.keys(genres)[0]!, share: Object.values(genres)[0]! } }] as const;
  const profiles = new Map([profile('a', { jazz: 0.4, rock: 0.3 }, 0.3, 0.98), profile('b', { jazz: 0.9 }, 0.1, 0), profile('c', { rock: 1 }, 0, 0)]);
  assert.is(ids(filterStations(stations, query({ order: 'usual', wish: jazz, profiles }))), 'b a');
  assert.is(ids(filterStations(stations, query({ order: 'usual', profiles }))), 'c b a d');
  assert.is(ids(filterStations(stations, query({ order: 'mixed', profiles }))), 'a b c d');
  assert.is(ids(filterStations(stations, query({ order: 'speech', profiles }))), 'a b c d');
  assert.is(ids(filterStations(stations, query({ order: 'like', like: 'c', profiles }))), 'c a b d');
  assert.is(ids(filterStations(stations, query({ order: 'like', like: 'c' }))), 'c a b d');
});

test('of a large grid only the rows near the view are in the document', () => {
  const size = { topPx: 2000, viewPx: 900, rowPx: 180, columns: 4 };
  assert.equal(cardWindow(100, size), { from: 0, to: 100, abovePx: 0, belowPx: 0 });
  // Rows 11 to 16 are in view, eight more on both sides.
  assert.equal(cardWindow(501, size), { from: 12, to: 100, abovePx: 3 * 180, belowPx: 101 * 180 });
  assert.equal(cardWindow(501, { ...size, topPx: 1e6 }).to, 501);
  fc.assert(fc.property(fc.integer({ min: 101, max: 3000 }), fc.integer({ min: -5000, max: 500_000 }), fc.integer({ min: 1, max: 9 }), (cards, topPx, columns) => {
    const { from, to, abovePx, belowPx } = cardWindow(cards, { ...size, topPx, columns });
    const rows = Math.ceil((to - from) / columns);
    assert.is(abovePx + belowPx + rows * size.rowPx, Math.ceil(cards / columns) * size.rowPx);
  }));
  assert.equal([columnsIn(1368, 280, 12), columnsIn(280, 280, 12), columnsIn(200, 280, 12)], [4, 1, 1]);
});

test('cards keep their order for some seconds, unless something else is asked for', () => {
  const order = new SteadyOrder();
  const at = (text: string, key: string, ms: number): string => order.of([...text].map((id) => ({ id })), key, ms).map(({ id }) => id).join('');
  assert.is(at('abc', 'x', 0), 'abc');
  assert.is(at('cdba', 'x', 4999), 'abcd');
  assert.is(at('ba', 'x', 4999), 'ab');
  assert.is(at('cba', 'y', 4999), 'cba');
  assert.is(at('abc', 'y', 9999), 'abc');
});

test('counts stations by state and alert, without empty groups', () => {
  const stations = [station('a'), station('b', { alerts: ['down'], state: 'failing' }), station('c')];
  assert.equal(filterCounts(stations), [{ kind: 'all', count: 3 }, { kind: 'alerts', count: 1 }, { kind: 'failing', count: 1 }, { kind: 'live', count: 2 }]);
  assert.is(ids(filterStations(stations, query({ kind: 'alerts' }))), 'b');
  assert.is(ids(filterStations(stations, query({ kind: 'live' }))), 'a c');
  assert.equal(filterCounts([]), [{ kind: 'all', count: 0 }]);
});

test('a card is rendered again for every change except the level and less than a percent', () => {
  const then = station('a');
  assert.not.ok(hasVisibleChange(station('a', { level: -3, p: 0.5004 }), then));
  const others: Partial<StationGlance>[] = [{ name: 'x' }, { state: 'silent' }, { since: 'x' }, { nowPlaying: 'x' }, { reason: 'x' }, { heard: 'speech' }, { genre: 'pop' }, { p: 0.51 }, { alerts: ['down'] }];
  for (const other of others) assert.ok(hasVisibleChange(station('a', other), then), JSON.stringify(other));
});

test('a time has its day only if it is not today; durations are rounded', () => {
  const now = new Date(2026, 10, 21, 14, 0).getTime();
  assert.is(timeWithDay(new Date(2026, 10, 21, 9, 5).getTime(), now), '09:05');
  assert.is(timeWithDay(new Date(2026, 10, 20, 23, 59).getTime(), now), 'Fri 23:59');
  assert.is(timeWithDay(new Date(2026, 9, 3, 7, 0).getTime(), now), '3 Oct 07:00');
  assert.equal([40_400, 60_000, 3_600_000, 11_100_000, 200_000_000].map(coarseDuration), ['40 s', '1 min', '1 h', '3 h 5 min', '2 days']);
});

test('shares are summed by hour of the day and normalised', () => {
  const shares: Share[] = [
    { at: '2026-11-20T10:00:00Z', shares: { rock: 300, speech: 600 } },
    { at: '2026-11-21T10:30:00Z', shares: { rock: 900 } },
    { at: '2026-11-21T11:00:00Z', shares: { odd: 30, down: 90, jazz: 60 } },
  ];
  const hours = hoursOfDay(shares, ['jazz', 'rock'], (ms) => new Date(ms).getUTCHours());
  assert.is(hours.length, 24);
  assert.equal(hours[10], { hour: 10, totalS: 1800, parts: [{ key: 'rock', share: 1200 / 1800 }, { key: 'speech', share: 600 / 1800 }] });
  assert.equal(hours[11]!.parts.map(({ key }) => key), ['jazz', 'down', 'odd']);
  assert.equal(hours[0], { hour: 0, totalS: 0, parts: [] });
  assert.equal(dayShares(hours).slice(0, 2), [{ key: 'rock', share: 1200 / 1980 }, { key: 'speech', share: 600 / 1980 }]);
});

test('equal shares of a sector have equal areas', () => {
  const radii = (from: number, to: number): number[] => [...sectorPath(3, from, to, 30, 90).matchAll(/A([\d.]+)/g)].map(([, radius]) => Number(radius));
  const area = ([far, near]: number[]): number => far! ** 2 - near! ** 2;
  assert.ok(Math.abs(area(radii(0, 0.5)) - area(radii(0.5, 1))) < 2);
  assert.equal(radii(0, 1), [90, 30]);
});

test('a new form has the server\'s default rules', () => {
  const { rules } = newStationSchema.parse({ name: 'x', url: 'http://x/' });
  assert.equal(NEW_STATION.rules, rules);
  assert.equal(ruleRows(DEFAULT_RULES as typeof NEW_STATION.rules).filter(({ isOn }) => isOn).map(({ type }) => type), ['dead-air', 'down']);
});

test('the server accepts every rule with the form\'s defaults and limits', () => {
  for (const { type, fields } of ruleRows([])) {
    const rule = ruleOf(type, Object.fromEntries(fields.map(({ key, value }) => [key, value])), type === 'drift' ? ['rock'] : []);
    assert.equal(ruleSchema.parse(rule), rule);
    // Limits of mood at one edge leave no room for any.
    for (const edge of type === 'mood' ? [] : ['min', 'max'] as const) {
      ruleSchema.parse(ruleOf(type, Object.fromEntries(fields.map((field) => [field.key, field[edge]])), ['rock']));
    }
  }
  assert.equal(RULE_TYPES.length, 6);
});

test('webhooks are one per line, blank lines ignored', () => {
  assert.equal(webhookLines(' http://a/\n\n http://b/ \n'), ['http://a/', 'http://b/']);
});

test('finds the fields that an error message names', () => {
  assert.equal(refusedFields('url must be an http://, https:// or file:// address. webhooks[0]: a webhook must be an http:// or https:// address.'), ['url', 'webhooks']);
  assert.equal(refusedFields('The id "name" is taken. Choose another.'), []);
});

test.run();
