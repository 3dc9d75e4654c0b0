/** Stations are shared out evenly, by weight, and few move. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { rendezvous, type WeightedNode } from '../../../server/cluster/rendezvous.js';

const STATIONS = Array.from({ length: 3000 }, (_, index) => `station-${index}`);
const node = (name: string, weight = 1): WeightedNode => ({ name, weight });

function shares(nodes: readonly WeightedNode[]): Map<string, number> {
  const counts = new Map(nodes.map(({ name }) => [name, 0]));
  for (const station of STATIONS) {
    const { name } = rendezvous(station, nodes)[0]!;
    counts.set(name, counts.get(name)! + 1);
  }
  return counts;
}

/** Five standard deviations of a binomial. */
function isNear(count: number, share: number): boolean {
  return Math.abs(count - share * STATIONS.length) < 5 * Math.sqrt(STATIONS.length * share * (1 - share));
}

test('equal nodes get equal shares, also with names that differ in one character', () => {
  for (const [name, count] of shares(['node-1', 'node-2', 'node-3', 'node-4', 'node-5'].map((each) => node(each)))) assert.ok(isNear(count, 0.2), `${name}: ${count}`);
});

test('shares follow the weights', () => {
  const counts = shares([node('small', 1), node('middle', 3), node('large', 12)]);
  assert.ok(isNear(counts.get('small')!, 1 / 16));
  assert.ok(isNear(counts.get('middle')!, 3 / 16));
  assert.ok(isNear(counts.get('large')!, 12 / 16));
});

test('when a node goes, only its stations move; when one comes, only stations to it', () => {
  fc.assert(fc.property(fc.uniqueArray(fc.record({ name: fc.string({ minLength: 1 }), weight: fc.integer({ min: 1, max: 64 }) }), { minLength: 2, maxLength: 8, selector: ({ name }) => name }), fc.string(), (nodes, station) => {
    const [gone, ...others] = nodes;
    const before = rendezvous(station, nodes);
    const after = rendezvous(station, others);
    assert.equal(after, before.filter((each) => each !== gone));
    assert.equal(rendezvous(station, [...nodes].reverse()), before);
  }));
});

test.run();
