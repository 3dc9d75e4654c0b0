import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import { MedianFilter } from '../../../dsp/descriptors/median-filter.js';

test('each value is the median of its neighbours in the array, mirrored at its ends', () => {
  const values = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 40 });
  fc.assert(fc.property(values, fc.integer({ min: 0, max: 15 }), (numbers, reach) => {
    // Long enough for any reach: the array and its mirror image, again and again.
    const period = [...numbers, ...[...numbers].reverse()];
    const out = new Float32Array(numbers.length);
    new MedianFilter(2 * reach + 1).apply(Float32Array.from(numbers), out);
    numbers.forEach((_, n) => {
      const near = Array.from({ length: 2 * reach + 1 }, (__, i) => period[(n + i - reach + 100 * period.length) % period.length]!);
      assert.is(out[n], near.sort((a, b) => a - b)[reach]);
    });
  }));
});

test('a peak shorter than half the window is gone, an edge stays', () => {
  const values = Float32Array.from({ length: 30 }, (_, n) => (n >= 20 ? 1 : n === 8 || n === 9 ? 5 : 0));
  const out = new Float32Array(30);
  new MedianFilter(5).apply(values, out);
  assert.equal([...out], Array.from({ length: 30 }, (_, n) => (n >= 20 ? 1 : 0)));
});

test('only odd sizes have a middle', () => {
  for (const size of [0, 2, 30, 1.5, -3]) assert.throws(() => new MedianFilter(size), /odd whole number/);
});

test.run();
