/** Finding stations, with stations and a history that are written by hand. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findQuery, findStations } from '../../../../server/http/rest/find.js';
import type { ApiParts } from '../../../../server/http/rest/api.js';
import type { StationGlance } from '../../../../server/protocol/messages.js';
import { Profiles } from '../../../../server/stations/profiles.js';
import { openDatabase } from '../../../../server/store/sqlite/database.js';
import { SqliteStore } from '../../../../server/store/sqlite/store.js';
import { sharedHistory } from './kept-server.js';
import { ask } from './ask.js';

const HOUR_MS = 3_600_000;
/** 12:30 UTC. */
const NOW_MS = Date.UTC(2026, 10, 24, 12, 30);

function glance(id: string, given: Partial<StationGlance> = {}): StationGlance {
  return { id, name: id, state: 'live', since: '', nowPlaying: null, reason: null, heard: 'music', genre: 'jazz', p: 0.5, level: -20, alerts: [], ...given };
}

const GLANCES = [glance('a', { p: 0.7 }), glance('b', { genre: 'blues', p: 0.9 }), glance('c', { p: 0.95, state: 'silent' }), glance('d', { genre: 'rock', p: 1 }), glance('e', { heard: 'speech', genre: null, p: 0 }), glance('f', { tags: [['piano', 0.8]], mood: { lively: 0.1 } })];

async function found(query: Record<string, string>, parts: Partial<ApiParts> = {}): Promise<string> {
  const all = {
    streams: { manifest: { labels: ['jazz', 'blues', 'rock'], tags: [{ name: 'piano' }] } },
    stations: { list: () => GLANCES.map((each) => ({ config: { id: each.id }, glance: () => each })), get: (id: string) => GLANCES.find((each) => each.id === id) },
    profiles: undefined,
    now: () => NOW_MS,
    ...parts,
  } as unknown as ApiParts;
  return (await findStations(all, findQuery.parse(query))).map(({ config }) => config.id).join(' ');
}

async function refused(query: Record<string, string>): Promise<string> {
  try {
    return `found ${await found(query)}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** For an hour and a half until 12:30 on each of some days before. */
async function profiles(days: Readonly<Record<string, Record<string, number>>>): Promise<Profiles> {
  const store = new SqliteStore(() => openDatabase(':memory:'));
  const closed = Object.entries(days).flatMap(([station, shares]) => [1, 2, 9].flatMap((day) => Array.from({ length: 90 }, (_, index) => (
    { kind: 'minute', station, minute: { minute: (NOW_MS - 24 * day * HOUR_MS) / 60_000 - index, shares } } as const))));
  await store.history.write({ forgotten: [], closed, open: [] });
  return new Profiles(store.history, () => NOW_MS);
}

test('stations are found by what they play now, surest first', async () => {
  assert.is(await found({}), 'a b c d e f');
  assert.is(await found({ playing: 'jazz,blues' }), 'c b a f');
  assert.is(await found({ playing: 'jazz, Blues', minP: '0.6', state: 'live' }), 'b a');
  assert.is(await found({ playing: 'calm', tags: 'piano' }), 'f');
  assert.is(await found({ state: 'silent,failing' }), 'c');
});

test('words that the model does not know are refused with those that it does', async () => {
  assert.match(await refused({ playing: 'jazz,polka' }), /knows no "polka"; its genres are jazz, blues, rock, moods calm, lively, sad, happy, its tags piano/);
  assert.match(await refused({ tags: 'jazz' }), /"jazz"/);
  assert.match(await refused({ usually: 'jazz' }), /keeps no history/);
});

test('stations are found by what they usually play at this hour, and by likeness', async () => {
  const parts = { profiles: await profiles({ a: { rock: 60_000 }, b: { jazz: 40_000, rock: 20_000 }, c: { jazz: 59_000, speech: 1000 }, d: { rock: 50_000, blues: 10_000 } }) };
  assert.is(await found({ usually: 'jazz', tz: 'UTC' }, parts), 'c b');
  assert.is(await found({ usually: 'jazz', minShare: '0.8', tz: 'UTC' }, parts), 'c');
  // There it is another hour, of which too little was heard.
  assert.is(await found({ usually: 'jazz', tz: 'Asia/Tokyo' }, parts), 'c b');
  assert.is(await found({ usually: 'jazz', tz: 'Asia/Tokyo' }, { ...parts, now: () => NOW_MS + 5 * HOUR_MS }), '');
  assert.is(await found({ like: 'a' }, parts), 'd b c');
  assert.is(await found({ like: 'a', playing: 'jazz' }, parts), 'c');
});

test('a profile is read once, then only its newest hours, until the station is forgotten', async () => {
  const store = new SqliteStore(() => openDatabase(':memory:'));
  const ranges: number[] = [];
  const counting = new Proxy(store.history, { get: (target, name) => (name !== 'hours' ? Reflect.get(target, name) as unknown : (station: string, range: { fromMs: number; toMs: number }) => {
    ranges.push((range.toMs - range.fromMs) / HOUR_MS);
    return target.hours(station, range);
  }) });
  let nowMs = NOW_MS;
  const kept = new Profiles(counting, () => nowMs);
  const write = (minute: number): Promise<unknown> => store.history.write({ forgotten: [], closed: [{ kind: 'minute', station: 'a', minute: { minute, shares: { jazz: 60_000 } } }], open: [] });
  await write(NOW_MS / 60_000 - 3);
  assert.is((await kept.of('a')).overall.heardS, 60);
  assert.is(ranges.reduce((sum, hours) => sum + hours, 0), 28 * 24);
  await write(NOW_MS / 60_000 - 1);
  assert.is((await kept.of('a')).overall.heardS, 60);
  nowMs += 6 * 60_000;
  ranges.length = 0;
  assert.is((await kept.of('a')).overall.heardS, 120);
  assert.equal(ranges, [1]);
  kept.forget('a');
  await kept.of('a');
  assert.ok(ranges.length > 10);
  await store.close();
});

const shared = sharedHistory(test, Array.from({ length: 30 }, (_, index) => ({ kind: 'minute', station: 'one', minute: { minute: Math.floor(Date.now() / 60_000) - 1440 - index, shares: { jazz: 45_000, speech: 15_000 } } } as const)));

test('over HTTP: profiles of one and of all, and refusals', () => shared(async (server) => {
  const one = await ask<{ overall: object; week: unknown[][]; alike: unknown[]; timeZone: string; days: number }>(server, 'GET', '/v1/stations/one/profile?tz=UTC');
  assert.is(one.status, 200);
  assert.equal(one.body.overall, { heardS: 1800, speech: 0.25, silence: 0, unknown: 0, genres: { jazz: 0.75 }, entropy: 0 });
  assert.equal([one.body.timeZone, one.body.days, one.body.alike], ['UTC', 28, []]);
  assert.ok(one.body.week.flat().some((cell) => cell !== null));
  const all = await ask<{ profiles: { id: string; heardS: number }[] }>(server, 'GET', '/v1/profiles');
  assert.equal(all.body.profiles.map(({ id, heardS }) => [id, heardS]), [['one', 1800]]);
  for (const [path, status] of [['/v1/stations/none/profile', 404], ['/v1/profiles?tz=Nowhere', 422], ['/v1/stations?playing=polka', 422], ['/v1/stations?state=up', 422], ['/v1/stations?like=none', 404], ['/v1/stations?minP=2&playing=jazz', 422]] as const) {
    assert.is((await ask(server, 'GET', path)).status, status, path);
  }
}));

test.run();
