/** What the nodes of a cluster share over a real nats-server: the list of stations, and how each station is. */
import type { NatsConnection } from '@nats-io/transport-node';
import * as assert from 'uvu/assert';
import { NatsBus } from '../../server/cluster/bus.js';
import { Glances } from '../../server/cluster/glances.js';
import { connectToNats } from '../../server/cluster/nats-connection.js';
import { SharedStations } from '../../server/cluster/shared-stations.js';
import { Log } from '../../server/log.js';
import type { Told } from '../../server/stations/station.js';
import type { StationConfig } from '../../server/stations/config.js';
import type { Stations } from '../../server/stations/stations.js';
import { saved } from '../server/stations/simulated-sources.js';
import { ManualClock } from '../support/manual-clock.js';
import { eventually } from '../support/until.js';
import { NatsServer } from './nats-server.js';
import { Bench, interop } from './programs.js';

const test = interop('a cluster over NATS', ['nats-server']);
const bench = new Bench();
const connections: NatsConnection[] = [];
const log = new Log('error', () => {});
let server: NatsServer;
test.before(async () => void (server = await NatsServer.start(bench)));
test.after(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await bench.close();
});

async function connected(): Promise<NatsConnection> {
  const connection = await connectToNats([server.url], 'test', log);
  connections.push(connection);
  return connection;
}

interface Node {
  readonly stations: SharedStations;
  /** The file of the node. */
  readonly file: StationConfig[];
}

async function node(bucket: string, ...own: StationConfig[]): Promise<Node> {
  const file = [...own];
  const stations = new SharedStations({
    connection: await connected(), bucket, log,
    own: { load: async () => file, save: async (all) => void file.splice(0, file.length, ...all) },
  });
  return { stations, file };
}

const ids = (stations: readonly StationConfig[] | undefined): string[] | undefined => stations?.map(({ id, name }) => (name === 'Radio One' ? id : `${id} ${name}`));
const code = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined, (error: { code?: unknown }) => error.code);

test('the first node fills the list from its file; changes of one are read by the others, and kept in their files', async () => {
  const one = await node('one', saved({ id: 'b.' }), saved({ id: 'a' }));
  assert.equal(ids(await one.stations.load()), ['b.', 'a']);
  const other = await node('one', saved({ id: 'of-its-file' }));
  assert.equal(ids(await other.stations.load()), ['b.', 'a']);
  assert.is(await other.stations.changes(), undefined);

  await one.stations.save([saved({ id: 'b.' }), saved({ id: 'a', name: 'Renamed' }), saved({ id: 'c' })]);
  assert.equal(ids(one.file), ['b.', 'a Renamed', 'c']);
  assert.equal(ids(await other.stations.changes()), ['b.', 'a Renamed', 'c']);
  assert.equal(ids(other.file), ['b.', 'a Renamed', 'c']);
  assert.is(await other.stations.changes(), undefined);
  assert.is(await one.stations.changes(), undefined);

  await other.stations.save([saved({ id: 'c' })]);
  assert.equal(ids(await one.stations.changes()), ['c']);
  await one.stations.save([]);
  // An empty list is a list: no file fills it.
  assert.equal(await (await node('one', saved({ id: 'again' }))).stations.load(), []);
});

test('nodes that start at the same moment all have the list; none asks in a way that a server drops while the bucket is made', async () => {
  const outsider = await connected();
  const dropped: string[] = [];
  outsider.subscribe('$JS.API.DIRECT.GET.>', { callback: (_, { subject }) => void dropped.push(subject) });
  await outsider.flush();
  const both = [await node('start', saved({ id: 'a' })), await node('start', saved({ id: 'a' }))];
  for (const list of await Promise.all(both.map(({ stations }) => stations.load()))) assert.equal(ids(list), ['a']);
  await outsider.flush();
  assert.equal(dropped, []);
});

test('of two changes of one station the second is refused, and those of different stations both count', async () => {
  const [one, other] = [await node('two', saved({ id: 'a' }), saved({ id: 'b' })), await node('two')];
  await one.stations.load();
  await other.stations.load();
  await one.stations.save([saved({ id: 'a', name: 'First' }), saved({ id: 'b' })]);
  assert.is(await code(other.stations.save([saved({ id: 'a', name: 'Second' }), saved({ id: 'b' })])), 'conflict');
  await other.stations.changes();
  await other.stations.save([saved({ id: 'a', name: 'First' }), saved({ id: 'b', name: 'Second' })]);
  assert.equal(ids(await one.stations.changes()), ['a First', 'b Second']);
  assert.is(await code(one.stations.save([saved({ id: 'a', name: 'First' }), saved({ id: 'b', name: 'Second' }), saved({ id: 'c' })])), undefined);
  assert.is(await code(other.stations.save([saved({ id: 'a', name: 'First' }), saved({ id: 'b', name: 'Second' }), saved({ id: 'c', name: 'Other' })])), 'conflict');
});

test('after the server lost its data the list is filled again by a node that knows it', async () => {
  const [one, other] = [await node('three', saved({ id: 'a' }), saved({ id: 'b' })), await node('three')];
  await one.stations.load();
  await other.stations.load();
  await server.stop();
  server.empty();
  await server.start();
  const answered = async (work: () => Promise<readonly StationConfig[] | undefined>): Promise<readonly StationConfig[] | undefined> =>
    (await eventually('it answers', () => work().then((stations) => ({ stations }), () => undefined)))!.stations;
  assert.is(await answered(() => other.stations.changes()), undefined);
  assert.is(await answered(() => one.stations.changes()), undefined);
  assert.equal(ids(await (await node('three')).stations.load()), ['a', 'b']);
});

test('a node that is not there is said so, without the password', async () => {
  const refused = await connectToNats(['nats://user:s3cret@127.0.0.1:1'], 'test', log).then(() => undefined, (error: Error) => error.message);
  assert.match(refused!, /^NATS at 127\.0\.0\.1:1 can not be reached: /);
  assert.not.match(refused!, 's3cret');
});

/** A station of which a node tells, or hears. */
function listOf(id: string, isOurs: boolean, genre: string | null) {
  const told: Told = { glance: { id, name: id, state: 'live', since: '', nowPlaying: null, reason: null, heard: null, genre, p: 0, level: null, alerts: [] }, attempt: { retryAt: null, attempts: 0, source: null, decoder: null } };
  const heard: (string | null | undefined)[] = [];
  const station = { isOurs, config: { id }, told, tell: (of?: Told) => void heard.push(of?.glance.genre) };
  return { heard, stations: { list: () => [station], get: () => station } as unknown as Stations };
}

test('a node tells how its stations are, a former holder is not believed, and silence is forgetting', async () => {
  const [mine, yours, former] = [listOf('a', true, 'rock'), listOf('a', false, null), listOf('a', true, 'old')];
  const clocks = [new ManualClock(), new ManualClock(), new ManualClock()];
  const over = [await connected(), await connected(), await connected()] as const;
  const glances = [
    new Glances({ bus: new NatsBus(over[0], log), subject: 'glances', node: 'mine', stations: mine.stations, number: () => 7, scheduler: clocks[0]! }),
    new Glances({ bus: new NatsBus(over[1], log), subject: 'glances', node: 'yours', stations: yours.stations, number: () => undefined, scheduler: clocks[1]! }),
    new Glances({ bus: new NatsBus(over[2], log), subject: 'glances', node: 'former', stations: former.stations, number: () => 6, scheduler: clocks[2]! }),
  ];
  await Promise.all(over.map((connection) => connection.flush()));
  clocks[0]!.advance(1000);
  await eventually('it is heard', () => yours.heard.length === 1);
  clocks[2]!.advance(1000);
  clocks[0]!.advance(1000);
  await eventually('the next is heard', () => yours.heard.length >= 2);
  assert.equal(yours.heard, ['rock', 'rock']);
  clocks[1]!.advance(7000);
  assert.equal(yours.heard, ['rock', 'rock', undefined]);
  for (const each of glances) each.close();
});

test.run();
