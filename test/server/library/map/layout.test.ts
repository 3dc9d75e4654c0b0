/** The map of a library: like tracks near each other, kept, brought up to date. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { unitVector } from '../../../../models/embedding.js';
import { Catalogue, DATABASE_IN_FOLDER, type Place } from '../../../../server/library/catalogue.js';
import { layOut, updateMap } from '../../../../server/library/map/layout.js';
import { judged } from '../judged.js';

const test = suite<{ folder: string; catalogue: Catalogue; model: number }>('map');
const MODEL = { name: 'm', version: '1', weights: { sha256: 'a'.repeat(64) }, labels: ['jazz', 'rock'], embedding: { size: 8, sha256: 'b'.repeat(64) } };

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'livegenre-map-'));
  context.catalogue = Catalogue.open(join(context.folder, DATABASE_IN_FOLDER), context.folder);
  context.model = context.catalogue.model(MODEL as never);
});
test.after.each(({ folder, catalogue }) => {
  catalogue.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Near one of three axes, each time a little elsewhere. */
const near = (axis: number, n: number): Float32Array => unitVector(Array.from({ length: 8 }, (_, at) => (at === axis ? 1 : 0.15 * Math.sin(n * 7.3 + at * 2.1))))!;
const result = (group: number, n: number, more = {}) => ({ path: `${group}/${n}.mp3`, stamp: { size: 1, mtimeMs: 1 }, judgement: judged('jazz', { embedding: near(group, n), ...more }) });
const groups = (size: number) => [0, 1, 2].flatMap((group) => Array.from({ length: size }, (_, n) => result(group, n)));
const placed = (catalogue: Catalogue): Map<string, Place> => {
  const { places } = catalogue.map();
  return new Map([...catalogue.rows()].flatMap(({ id, path }) => (places.has(id) ? [[path, places.get(id)!]] : [])));
};
const apart = (a: Place, b: Place): number => Math.hypot(a.x - b.x, a.y - b.y);

test('each track\'s neighbours on the map are of its own group, and all lie within -1 to 1', async ({ catalogue, model }) => {
  catalogue.write(model, groups(30), 1);
  const shares: number[] = [];
  assert.is(await updateMap(catalogue, { onProgress: (share) => shares.push(share) }), 90);
  const all = [...placed(catalogue)];
  assert.is(all.length, 90);
  for (const [path, place] of all) {
    const nearest = all.filter(([other]) => other !== path).sort(([, a], [, b]) => apart(a, place) - apart(b, place)).slice(0, 5);
    assert.equal(nearest.map(([other]) => other[0]), Array(5).fill(path[0]), path);
    assert.ok(Math.abs(place.x) <= 1 && Math.abs(place.y) <= 1);
  }
  assert.ok(shares.length > 100 && shares.every((share, index) => share >= (shares[index - 1] ?? 0)) && shares.at(-1) === 1);
});

test('the same tracks give the same map, and it is not made again', async ({ catalogue, model }) => {
  catalogue.write(model, groups(10), 1);
  await updateMap(catalogue);
  const before = placed(catalogue);
  assert.is(await updateMap(catalogue), 0);
  const again = await layOut([...catalogue.embedded()].flat());
  assert.equal(again.map(({ id, x, y }) => [id, x, y]), [...before.values()].map(({ id, x, y }) => [id, x, y]));
});

test('a new track, and one that was heard again, lies among its like and moves no other', async ({ catalogue, model }) => {
  catalogue.write(model, groups(30), 1);
  await updateMap(catalogue);
  const before = placed(catalogue);
  catalogue.write(model, [result(1, 99), { ...result(0, 3), judgement: judged('rock', { embedding: near(2, 50) }) }], Date.now() + 10_000);
  assert.is(catalogue.map().places.size, 89, 'the place of what is heard again does not hold');
  assert.is(await updateMap(catalogue), 2);
  const after = new Map([...catalogue.listed()].flat().map(({ path, x, y }) => [path, { x, y }]));
  for (const [path, { x, y }] of before) if (path !== '0/3.mp3') assert.equal(after.get(path), { x, y }, path);
});

test('much that is new, or another embedding, lays out all', async ({ catalogue, model }) => {
  catalogue.write(model, groups(10), 1);
  await updateMap(catalogue);
  catalogue.write(model, Array.from({ length: 5 }, (_, n) => result(1, 40 + n)), 1);
  assert.is(await updateMap(catalogue), 35);
  const other = catalogue.model({ ...MODEL, embedding: { size: 8, sha256: 'c'.repeat(64) } } as never);
  catalogue.write(other, groups(10), 1);
  assert.is(catalogue.map().places.size, 0);
  assert.is(await updateMap(catalogue), 30);
});

test('few tracks, equal ones and none', async ({ catalogue, model }) => {
  assert.is(await updateMap(catalogue), 0);
  catalogue.write(model, [result(0, 1)], 1);
  assert.is(await updateMap(catalogue), 1);
  catalogue.write(model, Array.from({ length: 14 }, (_, n) => result(0, n, { embedding: near(0, 0) })), Date.now() + 10_000);
  await updateMap(catalogue);
  for (const { x, y } of catalogue.map().places.values()) assert.ok(Number.isFinite(x) && Number.isFinite(y));
});

test('stopped, the map is as before', async ({ catalogue, model }) => {
  catalogue.write(model, groups(10), 1);
  const stop = new AbortController();
  const stopped = updateMap(catalogue, { signal: stop.signal, onProgress: () => stop.abort() });
  await stopped.then(() => assert.unreachable(), (error: Error) => assert.is(error.name, 'AbortError'));
  assert.is(catalogue.map().places.size, 0);
});

test.run();
