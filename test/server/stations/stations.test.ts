import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Log } from '../../../server/log.js';
import { ProtocolError } from '../../../server/protocol/errors.js';
import type { RunningServer } from '../../../server/assemble.js';
import type { StationConfig } from '../../../server/stations/config.js';
import { Stations, type StationChange, type StationsOptions } from '../../../server/stations/stations.js';
import { checkStation } from '../../../server/stations/check-station.js';
import { until } from '../../support/until.js';
import { sharedServer } from '../rig.js';
import { SimulatedSources, saved, station, URL_ONE } from './simulated-sources.js';
import { LOOPBACK } from '../../support/loopback.js';

const shared = sharedServer(test);

function stationsOf({ streams }: RunningServer, options: Partial<StationsOptions> = {}): { stations: Stations; sources: SimulatedSources; file: StationConfig[][] } {
  const sources = new SimulatedSources();
  const file: StationConfig[][] = [];
  const stations = new Stations({
    saved: [],
    save: async (configs) => { file.push([...configs]); },
    streams,
    listen: sources.listen,
    log: new Log('error', () => {}),
    ...options,
  });
  return { stations, sources, file };
}

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'none';
}

test('an id is derived from the name in ASCII, with a number if it is taken', () => shared(async (server) => {
  const { stations } = stationsOf(server);
  const ids: string[] = [];
  for (const name of ['Rádió 1 (HD)', 'Rádió 1 (HD)', '東京', 'Радио Маяк', 'Радио Маяк', 'Радио 1', '♫ ♫', 'watch', 'demo']) ids.push((await stations.add(station({ name, enabled: false }))).config.id);
  assert.equal(ids, ['radio-1-hd', 'radio-1-hd-2', 'dongjing', 'radio-mayak', 'radio-mayak-2', 'radio-1', 'station', 'watch-2', 'demo-2']);
  assert.is(await refusal(stations.add(station({ id: 'radio-1-hd' }))), 'conflict');
  for (const id of ['watch', 'demo']) assert.throws(() => station({ id }), /the server uses these itself/);
  await stations.close();
}));

test('a change is saved before it is applied; one that can not be saved is not applied', () => shared(async (server) => {
  let isFull = false;
  const { stations, sources } = stationsOf(server, {
    save: async () => { if (isFull) throw new ProtocolError('not-kept', 'The disk is full.'); },
  });
  await stations.add(station({ id: 'one' }));
  isFull = true;
  assert.is(await refusal(stations.add(station({ id: 'two', url: 'http://127.0.0.1/two' }))), 'not-kept');
  assert.is(await refusal(stations.change('one', { name: 'Other' })), 'not-kept');
  assert.is(await refusal(stations.remove('one')), 'not-kept');
  assert.equal(stations.list().map(({ config }) => config.name), ['Radio One']);
  assert.is(sources.subscriberCount(URL_ONE), 1);
  assert.is(sources.subscriberCount('http://127.0.0.1/two'), 0);
  await stations.close();
}));

test('concurrent changes are saved one after the other, each with those before it', () => shared(async (server) => {
  const { stations, file } = stationsOf(server);
  await Promise.all([
    stations.add(station({ id: 'a' })),
    stations.add(station({ id: 'b' })),
    stations.change('a', { name: 'A' }),
    stations.remove('b'),
  ]);
  assert.equal(file.map((configs) => configs.map(({ id, name }) => `${id} ${name}`)), [['a Radio One'], ['a Radio One', 'b Radio One'], ['a A', 'b Radio One'], ['a A']]);
  assert.equal(stations.list().map(({ config }) => config), file.at(-1));
  await stations.close();
}));

test('saved stations are started, if enabled', () => shared(async (server) => {
  const { stations, sources } = stationsOf(server, { saved: [saved(), saved({ id: 'off', url: 'http://127.0.0.1/off', enabled: false })] });
  assert.is(sources.subscriberCount(URL_ONE), 0, 'not before it is started');
  stations.start();
  assert.is(sources.subscriberCount(URL_ONE), 1);
  assert.is(sources.subscriberCount('http://127.0.0.1/off'), 0);
  await stations.close();
  assert.is(sources.subscriberCount(URL_ONE), 0);
}));

test('a saved station that can never work runs, is told of, and can be switched off', () => shared(async (server) => {
  const lines: string[] = [];
  const { stations, file } = stationsOf(server, {
    saved: [saved({ url: 'http://127.0.0.1:0/' })],
    check: (fields) => checkStation(fields, { labels: [] }, { stationFiles: '' }, LOOPBACK),
    log: new Log('warn', (line) => lines.push(line)),
  });
  await until(() => lines.length > 0);
  assert.match(lines[0]!, 'url: nothing can listen on port 0.');
  // The form sends every field.
  await stations.change('one', { ...saved({ url: 'http://127.0.0.1:0/' }), enabled: false });
  assert.is(file.at(-1)![0]!.enabled, false);
  assert.is(await refusal(stations.change('one', { url: 'http://127.0.0.1:0/x' })), 'bad-request');
  await stations.close();
}));

test('changes are emitted, and an unknown station can not be changed', () => shared(async (server) => {
  const { stations } = stationsOf(server);
  const emitted: StationChange[] = [];
  stations.changes$.subscribe((change) => emitted.push(change));
  await stations.add(station({ id: 'one', enabled: false }));
  await stations.change('one', { name: 'Other' });
  await stations.remove('one');
  assert.equal(emitted.map(({ type, station: { name } }) => [type, name]), [['added', 'Radio One'], ['changed', 'Other'], ['removed', 'Other']]);
  assert.is(await refusal(stations.change('one', {})), 'not-found');
  assert.is(await refusal(stations.remove('one')), 'not-found');
  await stations.close();
}));

test('stations and trials beyond the limit are refused', () => shared(async (server) => {
  const { stations } = stationsOf(server, { maxStations: 1, maxTrials: 1 });
  await stations.add(station({ enabled: false }));
  assert.is(await refusal(stations.add(station({ enabled: false }))), 'bad-request');
  const leave = new AbortController();
  const first = stations.try(station(), leave.signal);
  await new Promise((resolve) => setImmediate(resolve));
  assert.is(await refusal(stations.try(station(), leave.signal)), 'too-many-streams');
  leave.abort(new ProtocolError('going-away', 'The test is over.'));
  assert.is(await refusal(first), 'going-away');
  const second = stations.try(station(), leave.signal);
  assert.is(await refusal(second), 'going-away', 'its place is free again');
  await stations.close();
}));

test('of several nodes one listens from when it takes a station over until it hands it over, without an event of its own', () => shared(async (server) => {
  const { stations, sources } = stationsOf(server, { saved: [saved()], isShared: true });
  const events: string[] = [];
  stations.events$.subscribe(({ event }) => events.push(event.type === 'state' ? `${event.state} ${event.reason}` : event.type));
  stations.start();
  const one = stations.get('one')!;
  assert.is(sources.subscriberCount(URL_ONE), 0);
  assert.is(one.glance().state, 'connecting');

  one.tell({ glance: { ...one.glance(), state: 'live', genre: 'rock', p: 0.5 }, attempt: { retryAt: null, attempts: 3, source: null, decoder: null } });
  assert.equal([one.glance().state, one.glance().genre, one.detail().attempts], ['live', 'rock', 3]);
  await stations.change('one', { name: 'Renamed' });
  assert.is(one.glance().name, 'Renamed');
  assert.is(sources.subscriberCount(URL_ONE), 0);

  one.takeOver({ sinceMs: 5, reason: 'Nobody listened.' });
  assert.is(sources.subscriberCount(URL_ONE), 1);
  assert.equal(events, ['connecting Nobody listened.', 'connecting null']);
  sources.emitState(URL_ONE, 'live');
  assert.equal([one.glance().state, one.glance().genre], ['live', null]);
  one.handOver();
  assert.is(sources.subscriberCount(URL_ONE), 0);
  assert.equal(events.slice(2), ['live null']);
  one.takeOver();
  assert.equal(events.slice(3), ['connecting null']);
  await stations.change('one', { enabled: false });
  assert.equal(events.slice(4), ['stopped null']);
  await stations.close();
}));

test('a list of another node is taken over: added, changed and removed without being saved again', () => shared(async (server) => {
  const { stations, sources, file } = stationsOf(server, { saved: [saved(), saved({ id: 'two', name: 'Two' })], isShared: true });
  const changes: string[] = [];
  stations.changes$.subscribe(({ type, station: { id } }) => changes.push(`${type} ${id}`));
  stations.get('one')!.takeOver();
  await stations.adopt(async () => [saved({ enabled: false }), saved({ id: 'three', name: 'Three' })]);
  assert.equal(changes, ['removed two', 'changed one', 'added three']);
  assert.equal(stations.list().map(({ config }) => config.id), ['one', 'three']);
  assert.is(sources.subscriberCount(URL_ONE), 0);
  await stations.adopt(async () => [saved({ enabled: false }), saved({ id: 'three', name: 'Three' })]);
  assert.is(changes.length, 3);
  assert.equal(file, []);
  await stations.close();
}));

test.run();
