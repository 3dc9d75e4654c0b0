import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { StationMessage, StationsMessage } from '../../../server/protocol/messages.js';
import type { StationEvent } from '../../../server/stations/station-event.js';
import type { RunningServer } from '../../../server/assemble.js';
import { connect, killShards, sharedServer, withServer, type Client } from '../rig.js';
import { ManualClock } from '../../support/manual-clock.js';
import { until } from '../../support/until.js';
import { silence, tone } from '../sound.js';
import { SimulatedSources, station, URL_ONE } from './simulated-sources.js';

interface RunningStation {
  readonly server: RunningServer;
  readonly sources: SimulatedSources;
  readonly events: StationEvent[];
}

const SOURCES = new SimulatedSources();
const clock = new ManualClock();
const shared = sharedServer(test, { restartDelayMs: 1 }, { listen: SOURCES.listen, scheduler: clock });

/** The station `one` on the server of this file, for the time of a test. */
function withStation(work: (running: RunningStation) => Promise<void>): Promise<void> {
  return shared(async (server) => {
    const events: StationEvent[] = [];
    const watching = server.stations.events$.subscribe(({ event }) => events.push(event));
    await server.stations.add(station({ id: 'one' }));
    try {
      await work({ server, sources: SOURCES, events });
    } finally {
      watching.unsubscribe();
      for (const { config: { id } } of server.stations.list()) await server.stations.remove(id);
      await until(() => server.streams.list().length === 0);
    }
  });
}

const states = (events: readonly StationEvent[]): string[] => events.flatMap((event) => (event.type === 'state' ? [event.state] : []));
const stationMessages = (viewer: Client): StationMessage[] => viewer.messages.filter((message): message is StationMessage => message.type === 'station');

test('viewers of a station\'s stream get predictions of its audio', () => withStation(async ({ server, sources, events }) => {
  const viewer = await connect(server, '/v1/streams/one/watch');
  assert.is((await viewer.ready()).name, 'Radio One');
  sources.emitState(URL_ONE, 'connecting');
  sources.emitState(URL_ONE, 'live');
  sources.emitAudio(URL_ONE, tone(300, 3000));
  await viewer.prediction(({ genre }) => genre === 'low');
  assert.equal(states(events), ['connecting', 'live']);
  const heard = events.filter(({ type }) => type === 'prediction');
  assert.ok(heard.length >= 3);
  assert.is(server.streams.get('one')!.info().source, 'station');
  const { state, heard: now, genre, level } = server.stations.get('one')!.glance();
  assert.equal([state, now, genre], ['live', 'music', 'low']);
  assert.ok(level! > -30);
}));

test('silent audio is silent; without audio the state is the connection\'s', () => withStation(async ({ server, sources, events }) => {
  sources.emitState(URL_ONE, 'live');
  sources.emitAudio(URL_ONE, silence(3000));
  await until(() => states(events).at(-1) === 'silent');
  sources.emitAudio(URL_ONE, tone(300, 3000));
  await until(() => states(events).at(-1) === 'live');
  sources.emitState(URL_ONE, 'stalled', 'No bytes arrived for 10 s.');
  const glance = server.stations.get('one')!.glance();
  assert.equal([glance.state, glance.reason, glance.heard, glance.genre, glance.level], ['stalled', 'No bytes arrived for 10 s.', null, null, null]);
  assert.equal(states(events), ['connecting', 'live', 'silent', 'live', 'stalled']);
}));

test('a viewer stays connected through a failure, gets both state changes, and scoring starts from scratch', () => withStation(async ({ server, sources }) => {
  const viewer = await connect(server, '/v1/streams/one/watch');
  sources.emitState(URL_ONE, 'live');
  sources.emitAudio(URL_ONE, tone(300, 3000));
  const before = await viewer.prediction(({ genre }) => genre === 'low');
  sources.emitState(URL_ONE, 'failing', 'The server answers 503 Service Unavailable.');
  sources.emitState(URL_ONE, 'connecting');
  sources.emit(URL_ONE, { type: 'reset' });
  sources.emitState(URL_ONE, 'live');
  sources.emitAudio(URL_ONE, tone(9000, 3000));
  const after = await viewer.prediction(({ genre }) => genre === 'high');
  assert.ok(after.atMs > before.atMs, 'stream time continues');
  assert.is(after.droppedMs, 0, 'a gap in the source is no dropped audio');
  assert.equal(stationMessages(viewer).map(({ state }) => state), ['connecting', 'live', 'failing', 'live']);
  const restarted = viewer.messages.findIndex(({ type }) => type === 'restarted');
  const next = viewer.messages.slice(restarted).find(({ type }) => type === 'prediction');
  assert.ok(next?.type === 'prediction' && next.state === 'warming', 'it warms up again');
}));

test('viewers who connect later get the latest station message', () => withStation(async ({ server, sources }) => {
  sources.emitState(URL_ONE, 'live');
  sources.emit(URL_ONE, { type: 'title', title: 'Miles Davis - So What' });
  const viewer = await connect(server, '/v1/streams/one/watch');
  const message = await viewer.heard<StationMessage>(({ type }) => type === 'station');
  assert.equal([message.state, message.nowPlaying], ['live', 'Miles Davis - So What']);
  sources.emitState(URL_ONE, 'failing', 'gone');
  const later = await viewer.heard<StationMessage>((message) => message.type === 'station' && message.state === 'failing');
  assert.is(later.nowPlaying, null, 'the title is cleared');
}));

test('a station has no stream while it is switched off', () => withStation(async ({ server, sources, events }) => {
  sources.emitState(URL_ONE, 'live');
  const viewer = await connect(server, '/v1/streams/one/watch');
  await server.stations.change('one', { enabled: false });
  assert.is(await viewer.closed(), 1000);
  assert.is(stationMessages(viewer).at(-1)!.state, 'stopped', 'viewers get the reason before the close');
  assert.is(sources.subscriberCount(URL_ONE), 0);
  assert.is(server.stations.get('one')!.glance().state, 'stopped');
  assert.is(states(events).at(-1), 'stopped');
  await until(() => server.streams.get('one') === undefined);
  await server.stations.change('one', { enabled: true });
  assert.is(sources.subscriberCount(URL_ONE), 1);
  assert.ok(server.streams.get('one'));
}));

test('a new address is connected to at once, a new name shows, and viewers stay', () => withStation(async ({ server, sources }) => {
  const viewer = await connect(server, '/v1/streams/one/watch');
  await server.stations.change('one', { url: 'http://127.0.0.1/two', name: 'Radio Two' });
  assert.equal([sources.subscriberCount(URL_ONE), sources.subscriberCount('http://127.0.0.1/two')], [0, 1]);
  assert.is(server.stations.get('one')!.glance().name, 'Radio Two');
  assert.is(server.streams.get('one')!.name, 'Radio Two');
  sources.emitState('http://127.0.0.1/two', 'live');
  sources.emitAudio('http://127.0.0.1/two', tone(300, 1000));
  await viewer.prediction();
}));

test('viewers of all stations get all of them at once and then each second', () => withStation(async ({ server, sources }) => {
  await server.stations.add(station({ id: 'two', url: 'http://127.0.0.1/two', enabled: false }));
  const viewer = await connect(server, '/v1/stations/watch');
  const { stations } = await viewer.heard<StationsMessage>(({ type }) => type === 'stations');
  assert.equal(stations.map(({ id, state }) => [id, state]), [['one', 'connecting'], ['two', 'stopped']]);
  sources.emitState(URL_ONE, 'live');
  clock.advance(1000);
  await viewer.heard((message) => message.type === 'stations' && message.stations[0]!.state === 'live');
  assert.not.match(JSON.stringify(viewer.messages), '127.0.0.1', 'addresses are only for those who may manage stations');
}));

test('at shutdown viewers are closed with 1001, and the station emits no event', () => {
  const sources = new SimulatedSources();
  const events: StationEvent[] = [];
  let viewers: Client[] = [];
  return withServer({}, async (server) => {
    server.stations.events$.subscribe(({ event }) => events.push(event));
    await server.stations.add(station({ id: 'one' }));
    sources.emitState(URL_ONE, 'live');
    viewers = [await connect(server, '/v1/streams/one/watch'), await connect(server, '/v1/stations/watch')];
  }, { listen: sources.listen }).then(async () => {
    for (const viewer of viewers) assert.is(await viewer.closed(), 1001);
    assert.equal(states(events), ['connecting', 'live'], 'no stopped event');
    assert.is(sources.subscriberCount(URL_ONE), 0);
  });
});

test('a station survives the death of its shard', () => withStation(async ({ server, sources }) => {
  sources.emitState(URL_ONE, 'live');
  const viewer = await connect(server, '/v1/streams/one/watch');
  sources.emitAudio(URL_ONE, tone(300, 2000));
  await viewer.prediction();
  killShards();
  await viewer.heard(({ type }) => type === 'restarted');
  sources.emitAudio(URL_ONE, tone(300, 3000));
  await viewer.prediction(({ seq, genre }) => seq > 6 && genre === 'low');
}));

test.run();
