import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ClosedRow } from '../../../../server/store/store.js';
import { ManualClock } from '../../../support/manual-clock.js';
import { withServer } from '../../rig.js';
import { SimulatedSources } from '../../stations/simulated-sources.js';
import { ask, askUntil } from './ask.js';
import { sharedHistory, withHistory } from './kept-server.js';

const T = Date.UTC(2026, 10, 21, 12);
const MINUTE = 60_000;
const iso = (minutes: number): string => new Date(T + minutes * MINUTE).toISOString();

const segment = (from: number, to: number, genre: string | null, nowPlaying: string | null = null): ClosedRow =>
  ({ kind: 'segment', station: 'one', segment: { fromMs: T + from * MINUTE, toMs: T + to * MINUTE, state: genre === null ? 'speech' : 'music', genre, p: genre === null ? 0 : 0.75, nowPlaying } });
const minute = (index: number, shares: Record<string, number>): ClosedRow => ({ kind: 'minute', station: 'one', minute: { minute: T / MINUTE + index, shares } });
const alert = (id: string, from: number, to: number | null): ClosedRow =>
  ({ kind: 'alert', station: 'one', alert: { id, station: { id: 'one', name: 'Radio One' }, type: 'down', fromMs: T + from * MINUTE, toMs: to === null ? null : T + to * MINUTE, sentence: 'Radio One is down.' } });

const ROWS: readonly ClosedRow[] = [
  segment(0, 5, 'rock', 'Ä, "B"'), segment(5, 6, null, '=HYPERLINK("http://evil.example")'), segment(8, 20, 'jazz', '-5\nC'),
  { kind: 'state', station: 'one', state: { fromMs: T, toMs: T + 6 * MINUTE, state: 'live', reason: null } },
  { kind: 'state', station: 'one', state: { fromMs: T + 6 * MINUTE, toMs: T + 8 * MINUTE, state: 'failing', reason: 'It answers 503.' } },
  { kind: 'title', station: 'one', title: { atMs: T, title: 'Ä, "B"' } },
  ...[0, 1, 2, 3, 4].map((index) => minute(index, { rock: 60_000 })), minute(5, { speech: 60_000 }), minute(6, { down: 60_000 }), minute(7, { down: 30_500, jazz: 29_500 }),
  alert('a', 6, 8), alert('b', 15, null),
];

const shared = sharedHistory(test, ROWS);

interface History {
  readonly from: string;
  readonly to: string;
  readonly bucketS: number;
  readonly segments: readonly Record<string, unknown>[];
  readonly states: readonly Record<string, unknown>[];
  readonly alerts: readonly Record<string, unknown>[];
  readonly titles: readonly Record<string, unknown>[];
  readonly shares: readonly { at: string; heardS: number; shares: Record<string, number> }[];
}

test('a day is drawn as a poster', () => shared(async (server) => {
  const { status, headers, text } = await ask(server, 'GET', '/v1/stations/one/poster.svg?day=2026-11-21&tz=Europe/Berlin&theme=dark');
  assert.is(status, 200);
  assert.equal([headers.get('content-type'), headers.get('content-disposition')], ['image/svg+xml', 'inline; filename="one-2026-11-21.svg"']);
  for (const words of ['Saturday, 21 November 2026', 'Europe/Berlin, UTC+1', 'Mainly rock, 77 %; then jazz 8 %.', '1 min 31 s without a signal']) assert.match(text, words);
  assert.match((await ask(server, 'GET', '/v1/stations/one/poster.svg?day=2001-01-01')).text, 'Nothing was heard.');
  assert.is((await ask(server, 'GET', '/v1/stations/one/poster.svg?day=2026-02-30')).status, 422);
  assert.is((await ask(server, 'GET', '/v1/stations/one/poster.svg?tz=Nowhere/Town')).status, 422);
  assert.is((await ask(server, 'GET', '/v1/stations/none/poster.svg')).status, 404);
}));

test('history contains everything that overlaps the requested time', () => shared(async (server) => {
  const { status, body } = await ask<History>(server, 'GET', `/v1/stations/one/history?from=${iso(4)}&to=${T + 10 * MINUTE}&bucket=120`);
  assert.is(status, 200);
  assert.equal([body.from, body.to, body.bucketS], [iso(4), iso(10), 120]);
  assert.equal(body.segments, [
    { from: iso(0), to: iso(5), state: 'music', genre: 'rock', p: 0.75, nowPlaying: 'Ä, "B"' },
    { from: iso(5), to: iso(6), state: 'speech', genre: null, p: 0, nowPlaying: '=HYPERLINK("http://evil.example")' },
    { from: iso(8), to: iso(20), state: 'music', genre: 'jazz', p: 0.75, nowPlaying: '-5\nC' },
  ]);
  // The server's own start, switched off, is outside.
  assert.equal(body.states, [{ from: iso(0), to: iso(6), state: 'live', reason: null }, { from: iso(6), to: iso(8), state: 'failing', reason: 'It answers 503.' }]);
  assert.equal(body.alerts, [{ id: 'a', type: 'down', from: iso(6), to: iso(8), sentence: 'Radio One is down.' }]);
  assert.equal(body.titles, []);
  assert.equal(body.shares, [
    { at: iso(4), heardS: 120, shares: { rock: 60, speech: 60 } },
    { at: iso(6), heardS: 29.5, shares: { down: 90.5, jazz: 29.5 } },
    { at: iso(8), heardS: 0, shares: {} },
  ]);
}));

test('buckets are long enough for a chart and start at multiples of their length', () => shared(async (server) => {
  const bucket = async (query: string): Promise<[number, number]> => {
    const { bucketS, shares } = (await ask<History>(server, 'GET', `/v1/stations/one/history?${query}`)).body;
    return [bucketS, shares.length];
  };
  assert.equal(await bucket(`from=${iso(0)}&to=${iso(60)}`), [60, 60]);
  assert.equal(await bucket(`from=${iso(0)}&to=${iso(24 * 60)}`), [900, 96]);
  assert.equal(await bucket(`from=${iso(0)}&to=${iso(7 * 24 * 60)}`), [7200, 84]);
  assert.equal(await bucket(`from=${iso(-30)}&to=${iso(30)}&bucket=3600`), [3600, 2]);
  const hour = (await ask<History>(server, 'GET', `/v1/stations/one/history?from=${iso(-30)}&to=${iso(30)}&bucket=3600`)).body.shares;
  assert.equal(hour.map(({ at }) => at), [iso(-60), iso(0)]);
  assert.equal(hour[1]!.shares, { rock: 300, speech: 60, down: 90.5, jazz: 29.5 });
}));

test('the default is the last hour', () => shared(async (server) => {
  const { body } = await ask<History>(server, 'GET', '/v1/stations/one/history');
  assert.is(Date.parse(body.to) - Date.parse(body.from), 3_600_000);
  assert.ok(Math.abs(Date.parse(body.to) - Date.now()) < 15_000);
}));

test('an invalid time is rejected with the expected format', () => shared(async (server) => {
  const refused = async (query: string): Promise<string> => {
    const { status, body } = await ask(server, 'GET', `/v1/stations/one/history?${query}`);
    assert.equal([status, body.code], [422, 'bad-request'], query);
    return body.detail;
  };
  assert.is(await refused('from=yesterday'), 'from: must be a time such as 2026-11-21T12:00:00Z, or ms since 1970; it is "yesterday".');
  assert.match(await refused('from=2026-11-21T12:00:00'), 'from: must be a time');
  assert.match(await refused('from=2026-13-41'), 'from: must be a time');
  assert.match(await refused('to=99999999999999999'), 'to: must be a time');
  assert.is(await refused(`from=${iso(1)}&to=${iso(0)}`), `from must be before to; it is ${iso(1)}, and to is ${iso(0)}.`);
  assert.match(await refused('bucket=90'), 'bucket: must be a multiple of 60 s');
  assert.match(await refused('bucket=long'), 'bucket: ');
  assert.match(await refused('from=0&bucket=60'), /This time range has \d+ buckets of 60 s; the limit is 5000/);
  for (const fine of ['from=2026-11-21', 'from=2026-11-21T12:00%2B01:00&to=2026-11-21T12:00Z', 'from=2026-11-21T12:00+01:00&to=2026-11-21T12:00Z', `from=${T}&to=${T + 1}`]) {
    assert.is((await ask(server, 'GET', `/v1/stations/one/history?${fine}`)).status, 200, fine);
  }
}));

test('CSV has a header, quotes cells where needed and escapes formulas', () => shared(async (server) => {
  const csv = async (table: string): Promise<string> => {
    const { status, headers, text } = await ask(server, 'GET', `/v1/stations/one/history.csv?from=${iso(0)}&to=${iso(30)}&table=${table}`);
    assert.is(status, 200);
    assert.is(headers.get('content-type'), 'text/csv; charset=utf-8; header=present');
    assert.is(headers.get('content-disposition'), `attachment; filename="one-${table}-2026-11-21.csv"`);
    return text;
  };
  assert.is(await csv('segments'), [
    'from,to,state,genre,p,nowPlaying,tags,lively,happy',
    `${iso(0)},${iso(5)},music,rock,0.75,"Ä, ""B""",,,`,
    `${iso(5)},${iso(6)},speech,,0,"'=HYPERLINK(""http://evil.example"")",,,`,
    `${iso(8)},${iso(20)},music,jazz,0.75,"'-5\nC",,,`,
    '',
  ].join('\r\n'));
  assert.match(await csv('shares'), `${iso(7)},down,30.5\r\n${iso(7)},jazz,29.5\r\n`);
  assert.is(await csv('states'), `from,to,state,reason\r\n${iso(0)},${iso(6)},live,\r\n${iso(6)},${iso(8)},failing,It answers 503.\r\n`);
  // The second was not over; it is since the server was started, because the station is switched off.
  const alerts = (await csv('alerts')).replace(/(?<=b,down,[^,]+,)[^,]+/, 'now');
  assert.is(alerts, `id,type,from,to,sentence\r\na,down,${iso(6)},${iso(8)},Radio One is down.\r\nb,down,${iso(15)},now,Radio One is down.\r\n`);
  assert.is((await ask(server, 'GET', '/v1/stations/one/history.csv?table=secrets')).status, 422);
}));

test('a long time is read in pages, each row once; too many rows for a chart are rejected, but available as CSV', () => withHistory(
  Array.from({ length: 20_001 }, (_, index) => segment(index / 100, (index + 1) / 100, `genre ${index}`)),
  async (server) => {
    const genres = (csv: string): (string | undefined)[] => csv.split('\r\n').slice(1, -1).map((line) => line.split(',')[3]);
    const all = Array.from({ length: 20_001 }, (_, index) => `genre ${index}`);
    assert.equal(genres((await ask(server, 'GET', `/v1/stations/one/history.csv?from=${iso(0)}&to=${iso(300)}`)).text), all);
    assert.equal((await ask<History>(server, 'GET', `/v1/stations/one/history?from=${iso(0)}&to=${iso(25)}`)).body.segments.map(({ genre }) => genre), all.slice(0, 2500));
    const { status, body } = await ask(server, 'GET', `/v1/stations/one/history?from=${iso(0)}&to=${iso(300)}`);
    assert.is(status, 422);
    assert.match(body.detail, 'more than 20000 rows');
  },
));

test('an unknown station, or no history', () => shared(async (server) => {
  for (const path of ['/v1/stations/none/history', '/v1/stations/none/history.csv']) assert.is((await ask(server, 'GET', path)).status, 404);
  await withServer({}, async (without) => {
    await without.stations.add({ id: 'one', name: 'One', url: 'http://127.0.0.1/', enabled: false, rules: [], webhooks: [] });
    for (const path of ['/v1/stations/one/history', '/v1/stations/one/history.csv', '/v1/alerts']) {
      const { status, body } = await ask(without, 'GET', path);
      assert.equal([status, body.code], [503, 'not-kept'], path);
      assert.match(body.detail, '--stations FILE');
    }
  }, { listen: new SimulatedSources().listen });
}));

test('removing a station deletes its history', () => {
  const clock = new ManualClock();
  return withHistory(ROWS, async (server) => {
    assert.is((await ask(server, 'DELETE', '/v1/stations/one')).status, 204);
    await ask(server, 'POST', '/v1/stations', { id: 'one', name: 'Another', url: 'http://127.0.0.1/other', enabled: false });
    clock.advance(2000); // when it is written
    await askUntil<History>(server, `/v1/stations/one/history?from=${iso(0)}&to=${iso(300)}`, ({ segments, alerts }) => segments.length + alerts.length === 0);
  }, clock);
});

test.run();
