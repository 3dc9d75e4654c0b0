import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cosineOf, nearnessOf, precisionOf } from '../../../models/alike/precision.js';

/** On a line: index is place. */
const nearness = (a: number, b: number): number => -Math.abs(a - b);
const near = (value: number, wanted: number): void => assert.ok(Math.abs(value - wanted) < 1e-9, `${value}, not ${wanted}`);

test('the share of the nearest tracks with the same genre, beside that of all others', () => {
  const tracks = ['a', 'a', 'a', 'b', 'b', 'b'].map((genre) => ({ genre }));
  const { nearest, random } = precisionOf(tracks, nearness, 2);
  near(nearest, (1 + 1 + 0.5 + 0.5 + 1 + 1) / 6);
  near(random, 2 / 5);
});

test('tracks of the same artist do not count, those without one do', () => {
  const tracks = [{ genre: 'a', artist: 1 }, { genre: 'a', artist: 1 }, { genre: 'b', artist: 2 }, { genre: 'a' }, { genre: 'a' }];
  // The nearest other of each: b, b, an a, b, a.
  near(precisionOf(tracks, nearness, 1).nearest, 1 / 5);
});

test('tracks with too few others are left out', () => {
  assert.equal(precisionOf([{ genre: 'a' }, { genre: 'a' }], nearness, 2), { nearest: 0, random: 0 });
});

test('cosine and distance', () => {
  const points = Float32Array.of(1, 0, 3, 0, 0, 2);
  near(cosineOf(points, 2)(0, 1), 1);
  near(cosineOf(points, 2)(0, 2), 0);
  near(nearnessOf(points, 2)(0, 1), -4);
  near(nearnessOf(points, 2)(0, 2), -5);
});

test.run();
