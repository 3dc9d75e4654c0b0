import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { StationMessage, StationsMessage } from '../../../server/protocol/messages.js';
import type { Moment } from '../../../server/stations/station-event.js';
import type { RunningServer } from '../../../server/assemble.js';
import { connect, killShards, until, withServer, type Client } from '../rig.js';
import { silence, tone } from '../sound.js';
import { Air, station, URL_ONE } from './simulated-sources.js';

interface Played {
  readonly server: RunningServer;
  readonly air: Air;
  readonly moments: Moment[];
}

async function withStation(work: (played: Played) => Promise<void>): Promise<void> {
  const air = new Air();
  await withServer({}, async (server) => {
    const moments: Moment[] = [];
    server.stations.moments$.subscribe(({ moment }) => moments.push(moment));
    await server.stations.add(station({ id: 'one' }));
    await work({ server, air, moments });
  }, { listen: air.listen });
}

const states = (moments: readonly Moment[]): string[] => moments.flatMap((moment) => (moment.type === 'state' ? [moment.state] : []));
const stationSays = (viewer: Client): StationMessage[] => viewer.messages.filter((message): message is StationMessage => message.type === 'station');

test('a station is a stream: who watches it hears predictions of what is played', () => withStation(async ({ server, air, moments }) => {
  const viewer = await connect(server, '/v1/streams/one/watch');
  assert.is((await viewer.ready()).name, 'Radio One');
  air.become(URL_ONE, 'connecting');
  air.become(URL_ONE, 'live');
  air.play(URL_ONE, tone(300, 3000));
  await viewer.prediction(({ genre }) => genre === 'low');
  assert.equal(states(moments), ['connecting', 'live']);
  const heard = moments.filter(({ type }) => type === 'heard');
  assert.ok(heard.length >= 3);
  assert.is(server.streams.get('one')!.info().source, 'station');
  const { state, heard: now, genre, level } = server.stations.get('one')!.glance();
  assert.equal([state, now, genre], ['live', 'music', 'low']);
  assert.ok(level! > -30);
}));

test('bytes without sound are silent, no bytes are what the listener says', () => withStation(async ({ server, air, moments }) => {
  air.become(URL_ONE, 'live');
  air.play(URL_ONE, silence(3000));
  await until(() => states(moments).at(-1) === 'silent');
  air.play(URL_ONE, tone(300, 3000));
  await until(() => states(moments).at(-1) === 'live');
  air.become(URL_ONE, 'stalled', 'No bytes came for 10 s.');
  const glance = server.stations.get('one')!.glance();
  assert.equal([glance.state, glance.reason, glance.heard, glance.genre, glance.level], ['stalled', 'No bytes came for 10 s.', null, null, null]);
  assert.equal(states(moments), ['connecting', 'live', 'silent', 'live', 'stalled']);
}));

test('a viewer stays while the station fails and comes back, is told of both, and what was heard before no longer counts', () => withStation(async ({ server, air }) => {
  const viewer = await connect(server, '/v1/streams/one/watch');
  air.become(URL_ONE, 'live');
  air.play(URL_ONE, tone(300, 3000));
  const before = await viewer.prediction(({ genre }) => genre === 'low');
  air.become(URL_ONE, 'failing', 'The server answers 503 Service Unavailable.');
  air.become(URL_ONE, 'connecting');
  air.say(URL_ONE, { type: 'afresh' });
  air.become(URL_ONE, 'live');
  air.play(URL_ONE, tone(9000, 3000));
  const after = await viewer.prediction(({ genre }) => genre === 'high');
  assert.ok(after.atMs > before.atMs, 'stream time goes on');
  assert.is(after.droppedMs, 0, 'nothing was dropped: there was nothing');
  assert.equal(stationSays(viewer).map(({ state }) => state), ['connecting', 'live', 'failing', 'live']);
  const restarted = viewer.messages.findIndex(({ type }) => type === 'restarted');
  const next = viewer.messages.slice(restarted).find(({ type }) => type === 'prediction');
  assert.ok(next?.type === 'prediction' && next.state === 'warming', 'it warms up again');
}));

test('what is announced stands for viewers who come later', () => withStation(async ({ server, air }) => {
  air.become(URL_ONE, 'live');
  air.say(URL_ONE, { type: 'title', title: 'Miles Davis - So What' });
  const viewer = await connect(server, '/v1/streams/one/watch');
  const told = await viewer.heard<StationMessage>(({ type }) => type === 'station');
  assert.equal([told.state, told.nowPlaying], ['live', 'Miles Davis - So What']);
  air.become(URL_ONE, 'failing', 'gone');
  const later = await viewer.heard<StationMessage>((message) => message.type === 'station' && message.state === 'failing');
  assert.is(later.nowPlaying, null, 'what was playing is not known any more');
}));

test('switched off it has no stream; switched on it has one again', () => withStation(async ({ server, air, moments }) => {
  air.become(URL_ONE, 'live');
  const viewer = await connect(server, '/v1/streams/one/watch');
  await server.stations.change('one', { enabled: false });
  assert.is(await viewer.closed(), 1000);
  assert.is(stationSays(viewer).at(-1)!.state, 'stopped', 'who watches is told why it ends');
  assert.is(air.listening(URL_ONE), 0);
  assert.is(server.stations.get('one')!.glance().state, 'stopped');
  assert.is(states(moments).at(-1), 'stopped');
  await until(() => server.streams.get('one') === undefined);
  await server.stations.change('one', { enabled: true });
  assert.is(air.listening(URL_ONE), 1);
  assert.ok(server.streams.get('one'));
}));

test('another address is listened to at once, another name shows, and viewers stay', () => withStation(async ({ server, air }) => {
  const viewer = await connect(server, '/v1/streams/one/watch');
  await server.stations.change('one', { url: 'http://127.0.0.1/two', name: 'Radio Two' });
  assert.equal([air.listening(URL_ONE), air.listening('http://127.0.0.1/two')], [0, 1]);
  assert.is(server.stations.get('one')!.glance().name, 'Radio Two');
  assert.is(server.streams.get('one')!.name, 'Radio Two');
  air.become('http://127.0.0.1/two', 'live');
  air.play('http://127.0.0.1/two', tone(300, 1000));
  await viewer.prediction();
}));

test('a shard that dies takes no station with it', () => withStation(async ({ server, air }) => {
  air.become(URL_ONE, 'live');
  const viewer = await connect(server, '/v1/streams/one/watch');
  air.play(URL_ONE, tone(300, 2000));
  await viewer.prediction();
  killShards();
  await viewer.heard(({ type }) => type === 'restarted');
  air.play(URL_ONE, tone(300, 3000));
  await viewer.prediction(({ seq, genre }) => seq > 6 && genre === 'low');
}));

test('who watches all stations gets all of them at once and then each second', () => withStation(async ({ server, air }) => {
  await server.stations.add(station({ id: 'two', url: 'http://127.0.0.1/two', enabled: false }));
  const viewer = await connect(server, '/v1/stations/watch');
  const { stations } = await viewer.heard<StationsMessage>(({ type }) => type === 'stations');
  assert.equal(stations.map(({ id, state }) => [id, state]), [['one', 'connecting'], ['two', 'stopped']]);
  air.become(URL_ONE, 'live');
  await viewer.heard((message) => message.type === 'stations' && message.stations[0]!.state === 'live');
  assert.not.match(JSON.stringify(viewer.messages), '127.0.0.1', 'addresses are for those who manage');
}));

test('at the end viewers are told that the server goes away, and nothing happens to the station', () => {
  const air = new Air();
  const moments: Moment[] = [];
  let viewers: Client[] = [];
  return withServer({}, async (server) => {
    server.stations.moments$.subscribe(({ moment }) => moments.push(moment));
    await server.stations.add(station({ id: 'one' }));
    air.become(URL_ONE, 'live');
    viewers = [await connect(server, '/v1/streams/one/watch'), await connect(server, '/v1/stations/watch')];
  }, { listen: air.listen }).then(async () => {
    for (const viewer of viewers) assert.is(await viewer.closed(), 1001);
    assert.equal(states(moments), ['connecting', 'live'], 'it did not stop: the server did');
    assert.is(air.listening(URL_ONE), 0);
  });
});

test.run();
