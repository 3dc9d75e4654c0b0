/** A leak is told from noise, single peaks, a saw and a warm-up. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Random } from '../../models/random.js';
import { judge, slope, thinned, type Point } from './flatness.js';

const LIMIT = { least: 2, share: 0.05 };
const points = (count: number, y: (at: number) => number): Point[] => Array.from({ length: count }, (_, index) => ({ x: 5 * index, y: y(index / (count - 1)) }));

test('the slope is that of a line, whatever single samples do', () => {
  assert.is(slope(points(10, (at) => 3 + 45 * at)), 1);
  assert.ok(Math.abs(slope(points(200, (at) => 995 * at + (Math.round(1000 * at) % 7 === 0 ? 5000 : 0))) - 1) < 0.2);
});

test('noise, peaks, a saw and a warm-up are flat', () => {
  const random = new Random(1);
  assert.ok(judge(points(300, () => 100 + random.between(-20, 20)), LIMIT).isFlat);
  assert.ok(judge(points(300, (at) => 100 + (at > 0.9 && Math.round(300 * at) % 3 === 0 ? 80 : 0)), LIMIT).isFlat);
  assert.ok(judge(points(300, (at) => 100 + 60 * ((8.5 * at) % 1)), LIMIT).isFlat);
  assert.ok(judge(points(300, (at) => 100 + 100 * Math.min(1, 3.1 * at)), LIMIT).isFlat);
  assert.ok(judge(points(300, (at) => 100 - 40 * at), LIMIT).isFlat, 'what falls is no leak');
});

test('a leak is not, also under noise; the limit is the larger of a number and a share', () => {
  const random = new Random(2);
  const leak = points(300, (at) => 100 + 30 * at + random.between(-20, 20));
  const { growth, limit, isFlat } = judge(leak, LIMIT);
  assert.ok(Math.abs(growth - 20) < 5, String(growth));
  assert.ok(limit > 5 && limit < 7);
  assert.not(isFlat);
  assert.ok(judge(leak, { least: 30, share: 0 }).isFlat);
  assert.ok(judge(leak, { least: 0, share: 0.3 }).isFlat);
  assert.throws(() => judge(points(2, () => 1).slice(1), LIMIT), /too few/);
});

test('many samples are joined before pairs are made', () => {
  const few = thinned(points(1000, (at) => 7 * at), 100);
  assert.is(few.length, 100);
  assert.ok(few.every(({ x }, index) => index === 0 || x > few[index - 1]!.x));
  assert.ok(Math.abs(slope(points(5000, (at) => 4999 * 5 * at)) - 1) < 1e-6);
});

test.run();
