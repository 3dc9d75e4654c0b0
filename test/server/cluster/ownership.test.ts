/** Who listens to what, on virtual time. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rendezvous } from '../../../server/cluster/rendezvous.js';
import { SimulatedCluster } from './simulated-cluster.js';

const STATIONS = Array.from({ length: 12 }, (_, index) => `s${index}`);

async function running(names: readonly string[], stations = STATIONS): Promise<SimulatedCluster> {
  const cluster = new SimulatedCluster(stations);
  for (const name of names) cluster.join(name);
  await cluster.advance(10_000);
  return cluster;
}

const first = (station: string, names: readonly string[]): string => rendezvous(station, names.map((name) => ({ name, weight: 1 })))[0]!.name;
const asItShould = (names: readonly string[], stations: readonly string[] = STATIONS): Map<string, string[]> => new Map(stations.map((station) => [station, [first(station, names)]]));

test('each station has the one node that should have it', async () => {
  assert.equal((await running(['a', 'b', 'c'])).listeners(), asItShould(['a', 'b', 'c']));
});

test('after a death the others have its stations within 9 s, whenever it dies', async () => {
  for (const laterMs of [0, 450, 950, 1450, 1950]) {
    const cluster = await running(['a', 'b', 'c']);
    await cluster.advance(laterMs);
    cluster.forget();
    cluster.nodes[0]!.isGone = true;
    await cluster.advance(9000);
    assert.equal(cluster.listeners(), asItShould(['b', 'c']));
    assert.ok(cluster.longestGapMs < 9000, `${cluster.longestGapMs}`);
  }
});

test('a hundred stations of a node that dies are taken as fast as one', async () => {
  const stations = Array.from({ length: 300 }, (_, index) => `s${index}`);
  const cluster = await running(['a', 'b', 'c'], stations);
  cluster.forget();
  cluster.nodes[0]!.isGone = true;
  await cluster.advance(9000);
  assert.equal(cluster.listeners(), asItShould(['b', 'c'], stations));
  assert.ok(cluster.longestGapMs < 9000, `${cluster.longestGapMs}`);
});

test('a renewal that arrives late keeps no station from being heard', async () => {
  for (const lateMs of [4500, 5900]) {
    const cluster = await running(['a', 'b', 'c']);
    cluster.forget();
    cluster.nodes[0]!.link = 'late';
    await cluster.advance(lateMs);
    cluster.nodes[0]!.link = 'whole';
    await cluster.advance(10_000);
    assert.equal(cluster.listeners(), asItShould(['a', 'b', 'c']));
    assert.ok(cluster.longestGapMs <= lateMs + 1500, `${cluster.longestGapMs} after ${lateMs}`);
  }
});

test('who joins gets its share, one station after the other', async () => {
  const cluster = await running(['a', 'b']);
  cluster.forget();
  cluster.join('c');
  await cluster.advance(5000);
  assert.equal(cluster.listeners(), asItShould(['a', 'b', 'c']));
  assert.ok(cluster.longestGapMs <= 200, `${cluster.longestGapMs}`);
});

test('who leaves gives its stations away before it ends', async () => {
  const cluster = await running(['a', 'b', 'c']);
  cluster.forget();
  const [leaving] = cluster.nodes;
  const left = leaving!.ownership.leave(10_000);
  await cluster.advance(4000);
  await left;
  assert.is(leaving!.begun.size, 0);
  assert.equal(cluster.listeners(), asItShould(['b', 'c']));
  assert.ok(cluster.longestGapMs <= 200, `${cluster.longestGapMs}`);
});

test('the last one to leave stops all and releases them', async () => {
  const cluster = await running(['a']);
  const left = cluster.nodes[0]!.ownership.leave(10_000);
  await cluster.advance(100);
  await left;
  assert.is(cluster.nodes[0]!.begun.size, 0);
  assert.equal(STATIONS.filter((station) => cluster.engine.holderOf(`station.${station}`) !== undefined), []);
});

test('a full node keeps what it has and takes nothing new', async () => {
  const cluster = await running(['a', 'b']);
  cluster.nodes[0]!.load = 0.9;
  await cluster.advance(5000);
  assert.equal(cluster.listeners(), asItShould(['a', 'b']));
  const added = Array.from({ length: 12 }, (_, index) => `more-${index}`);
  for (const station of added) cluster.stations.add(station);
  await cluster.advance(10_000);
  assert.equal(cluster.listeners(), new Map([...asItShould(['a', 'b']), ...asItShould(['b'], added)]));
  // A little less changes nothing; much less does.
  cluster.nodes[0]!.load = 0.75;
  await cluster.advance(10_000);
  assert.equal(cluster.listeners().get(added.find((station) => first(station, ['a', 'b']) === 'a')!), ['b']);
  cluster.nodes[0]!.load = 0.5;
  await cluster.advance(10_000);
  assert.equal(cluster.listeners(), asItShould(['a', 'b'], [...STATIONS, ...added]));
});

test('when all are full, stations are still listened to', async () => {
  const cluster = await running(['a', 'b'], []);
  for (const node of cluster.nodes) node.load = 1;
  await cluster.advance(4000);
  for (const station of STATIONS) cluster.stations.add(station);
  await cluster.advance(10_000);
  assert.equal(cluster.listeners(), asItShould(['a', 'b']));
});

test('stations that are removed are stopped and released, and added ones begin', async () => {
  const cluster = await running(['a', 'b']);
  cluster.stations.delete('s3');
  cluster.stations.add('new');
  await cluster.advance(5000);
  assert.not(cluster.nodes.some(({ begun }) => begun.has('s3')));
  assert.is(cluster.engine.holderOf('station.s3'), undefined);
  assert.equal(cluster.listeners().get('new'), [first('new', ['a', 'b'])]);
});

test('an engine that lost its data interrupts nothing: who was in time goes on with a higher number', async () => {
  const cluster = await running(['a', 'b']);
  const numbers = STATIONS.map((station) => cluster.engine.holderOf(`station.${station}`)!);
  cluster.forget();
  cluster.engine.empty();
  await cluster.advance(10_000);
  assert.equal(cluster.listeners(), asItShould(['a', 'b']));
  assert.ok(cluster.longestGapMs <= 2100, `${cluster.longestGapMs}`);
  for (const [index, station] of STATIONS.entries()) assert.ok(cluster.engine.holderOf(`station.${station}`)! > numbers[index]!);
});

test('an engine that is away stops all after 4 s, and none before', async () => {
  const cluster = await running(['a', 'b']);
  for (const node of cluster.nodes) node.link = 'cut';
  await cluster.advance(1900);
  assert.equal(cluster.listeners(), asItShould(['a', 'b']));
  await cluster.advance(2600);
  assert.is(cluster.nodes.reduce((sum, { begun }) => sum + begun.size, 0), 0);
  for (const node of cluster.nodes) node.link = 'whole';
  await cluster.advance(10_000);
  assert.equal(cluster.listeners(), asItShould(['a', 'b']));
});

/** One after the other; `SimulatedCluster` checks at every step that nobody records beside another. */
const command = fc.oneof(
  fc.record({ what: fc.constantFrom('kill', 'stop', 'go on', 'cut', 'late', 'deaf', 'heal', 'leave'), node: fc.nat(4), waitMs: fc.nat(7000) }),
  fc.record({ what: fc.constantFrom('join', 'empty'), node: fc.constant(0), waitMs: fc.nat(7000) }),
);

test('whatever happens, nobody records beside another, and in the end each station has one listener', async () => {
  await fc.assert(fc.asyncProperty(fc.array(command, { maxLength: 8 }), async (commands) => {
    const cluster = new SimulatedCluster(STATIONS.slice(0, 4));
    for (const name of ['a', 'b', 'c']) cluster.join(name);
    await cluster.advance(3000);
    const leaving: Promise<void>[] = [];
    for (const { what, node: index, waitMs } of commands) {
      const node = cluster.nodes[index % cluster.nodes.length]!;
      switch (what) {
        case 'kill': node.isGone = true; break;
        case 'stop': node.isStopped = true; break;
        case 'go on': node.isStopped = false; break;
        case 'cut': case 'late': case 'deaf': node.link = what; break;
        case 'heal': node.link = 'whole'; break;
        case 'leave': leaving.push(node.ownership.leave(5000).then(() => void (node.isGone = true))); break;
        case 'join': cluster.join(`n${cluster.nodes.length}`); break;
        case 'empty': cluster.engine.empty();
      }
      await cluster.advance(waitMs);
    }
    for (const node of cluster.nodes) [node.isStopped, node.link] = [false, 'whole'];
    cluster.join('last');
    await cluster.advance(20_000);
    await Promise.race([Promise.all(leaving), new Promise(setImmediate)]);
    const names = cluster.living.map(({ name }) => name);
    assert.equal(cluster.listeners(), asItShould(names, [...cluster.stations]));
  }), { numRuns: 40 });
});

test.run();
