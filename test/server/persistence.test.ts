import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Log } from '../../server/log.js';
import { withDefaults, type Settings } from '../../server/settings.js';
import { openPersistence } from '../../server/persistence.js';
import { ask, askUntil } from './http/rest/ask.js';
import { withServer } from './rig.js';
import { until } from '../support/until.js';
import { silence, tone } from './sound.js';
import { ManualClock } from '../support/manual-clock.js';
import { SimulatedSources, saved, URL_ONE } from './stations/simulated-sources.js';

const quiet = new Log('error', () => {});

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-kept-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const settings = (given: Partial<Settings>): Settings => withDefaults(given);

test('nothing is stored without files; history is next to the stations file', () => inFolder(async (folder) => {
  const nothing = await openPersistence(settings({}), quiet);
  assert.equal([nothing.stations, nothing.store, nothing.history], [[], undefined, undefined]);
  await nothing.list.save([saved()]);
  await nothing.close();
  for (const [given, name] of [[{ stations: join(folder, 'radio.json') }, 'radio.db'], [{ stations: join(folder, 'radio.json'), database: join(folder, 'sub', 'x.db') }, join('sub', 'x.db')], [{ database: join(folder, 'y.db') }, 'y.db']] as const) {
    const kept = await openPersistence(settings(given), quiet);
    assert.ok(existsSync(join(folder, name)), name);
    await kept.close();
  }
}));

test('a file of another kind is rejected', () => inFolder(async (folder) => {
  const database = join(folder, 'notes.txt');
  writeFileSync(database, 'Not a database. '.repeat(100));
  await openPersistence(settings({ database }), quiet).then(() => assert.unreachable(), (error: Error) => assert.is(error.message, `${database} is not an SQLite database. Use another file.`));
}));

test('a database that can\'t be opened is logged and retried without losing data', () => inFolder(async (folder) => {
  const inTheWay = join(folder, 'stations.db');
  mkdirSync(inTheWay);
  const clock = new ManualClock();
  const lines: string[] = [];
  const kept = await openPersistence(settings({ stations: join(folder, 'stations.json') }), new Log('error', (line) => lines.push(line)), clock);
  assert.match(lines[0]!, 'the database can not be opened');
  kept.history!.record('one', { type: 'title', atMs: 5, title: 'Persistence' });
  await kept.history!.flush();
  assert.ok(kept.history!.status.isFailing);
  rmSync(inTheWay, { recursive: true });
  await kept.history!.flush();
  assert.not(kept.history!.status.isFailing);
  assert.equal(await kept.store!.history.titles('one', { fromMs: 0, toMs: 10 }, 10), [{ atMs: 5, title: 'Persistence' }]);
  await kept.close();
}));

interface History {
  readonly segments: readonly { readonly genre: string | null; readonly state: string; readonly nowPlaying: string | null }[];
  readonly states: readonly { readonly state: string; readonly reason: string | null }[];
  readonly titles: readonly { readonly title: string | null }[];
}

test('a station\'s history survives a restart', () => inFolder(async (folder) => {
  const sources = new SimulatedSources();
  const clock = new ManualClock();
  const given = { stations: join(folder, 'stations.json'), keepDays: 36_500 }; // the clock begins in 1970
  await withServer(given, async (server) => {
    let blocks = 0;
    server.stations.events$.subscribe(({ event }) => {
      if (event.type === 'prediction') blocks++;
    });
    await ask(server, 'POST', '/v1/stations', { name: 'Radio One', url: URL_ONE });
    sources.emitState(URL_ONE, 'live');
    sources.emit(URL_ONE, { type: 'title', title: 'Artist - Song' });
    for (let block = 1; block <= 10; block++) {
      clock.advance(348);
      sources.emitAudio(URL_ONE, tone(200, block === 1 ? 360 : 348.3));
      await until(() => blocks === block);
    }
    sources.emitState(URL_ONE, 'failing', 'It answers 503.');
    clock.advance(1000);
  }, { listen: sources.listen, scheduler: clock });
  await withServer(given, async (server) => {
    const { segments, states, titles } = (await ask<History>(server, 'GET', '/v1/stations/radio-one/history?from=0&to=60000')).body;
    assert.equal(segments.map(({ state, genre, nowPlaying }) => [state, genre, nowPlaying]), [['music', 'low', 'Artist - Song']]);
    assert.equal(states.map(({ state, reason }) => [state, reason]), [['live', null], ['failing', 'It answers 503.']]);
    assert.equal(titles.map(({ title }) => title), ['Artist - Song', null]);
  }, { listen: new SimulatedSources().listen });
}));

test('an active alert survives a restart with its id, and ends normally', () => inFolder(async (folder) => {
  interface Alerts {
    readonly alerts: readonly { readonly id: string; readonly type: string; readonly to: string | null }[];
  }
  const given = { stations: join(folder, 'stations.json') };
  const rules = [{ type: 'dead-air', forS: 1, endAfterS: 0 }];
  let id = '';
  const sources = new SimulatedSources();
  await withServer(given, async (server) => {
    await ask(server, 'POST', '/v1/stations', { name: 'Radio One', url: URL_ONE, rules });
    sources.emitState(URL_ONE, 'live');
    sources.emitAudio(URL_ONE, silence(3000));
    const { body } = await askUntil<Alerts>(server, '/v1/alerts', ({ alerts }) => alerts.length > 0);
    assert.equal(body.alerts.map(({ type, to }) => [type, to]), [['dead-air', null]]);
    id = body.alerts[0]!.id;
    assert.not((await ask<{ history: { isFailing: boolean } }>(server, 'GET', '/readyz')).body.history.isFailing);
  }, { listen: sources.listen });
  const again = new SimulatedSources();
  await withServer(given, async (server) => {
    assert.equal(server.stations.get('radio-one')!.glance().alerts, ['dead-air']);
    again.emitState(URL_ONE, 'live');
    again.emitAudio(URL_ONE, tone(200, 3000));
    const { body } = await askUntil<Alerts>(server, '/v1/alerts', ({ alerts }) => alerts[0]!.to !== null);
    assert.equal(body.alerts.map((alert) => alert.id), [id]);
    assert.equal(server.stations.get('radio-one')!.glance().alerts, []);
  }, { listen: again.listen });
}));

test('if history can\'t be written, the server stays ready and reports it in health and metrics', () => inFolder(async (folder) => {
  const stations = join(folder, 'stations.json');
  mkdirSync(join(folder, 'stations.db'));
  const sources = new SimulatedSources();
  const clock = new ManualClock();
  await withServer({ stations }, async (server) => {
    await ask(server, 'POST', '/v1/stations', { name: 'Radio One', url: URL_ONE });
    clock.advance(2000); // when it is written
    const health = await askUntil<{ status: string; history: { isFailing: boolean; reason: string } }>(server, '/readyz', ({ history }) => history.isFailing);
    assert.equal([health.status, health.body.status], [200, 'ready']);
    assert.type(health.body.history.reason, 'string');
    assert.match((await ask(server, 'GET', '/metrics')).text, 'livegenre_history_failing 1');
    const history = await ask(server, 'GET', '/v1/stations/radio-one/history');
    assert.equal([history.status, history.body.code], [503, 'not-kept']);
    // It listens all the same.
    sources.emitState(URL_ONE, 'live');
    sources.emitAudio(URL_ONE, tone(200, 3000));
    await until(() => server.stations.get('radio-one')!.glance().genre === 'low');
  }, { listen: sources.listen, scheduler: clock });
}));

test.run();
