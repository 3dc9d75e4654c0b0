/** The slice kernel returns the same slices as the original one. */
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startBackend } from '../../../models/tensorflow/backend.js';
import { copyRuns } from '../../../models/tensorflow/slice-kernel.js';

test.before(async () => {
  await startBackend('wasm');
});

/** A shape and a range of each dimension. */
const PARTS = fc.array(fc.record({ length: fc.integer({ min: 1, max: 5 }), from: fc.nat(4), to: fc.nat(4) }).map(({ length, from, to }) => {
  const [first, last] = [from % length, to % length].sort((a, b) => a - b) as [number, number];
  return { length, begin: first, size: last - first + 1 };
}), { minLength: 1, maxLength: 4 });

test('any slice of any shape contains the right values', () => {
  fc.assert(fc.property(PARTS, (parts) => {
    const [shape, begin, size] = [parts.map(({ length }) => length), parts.map((part) => part.begin), parts.map((part) => part.size)];
    const count = shape.reduce((total, length) => total * length, 1);
    const to = new Float32Array(size.reduce((total, length) => total * length, 1));
    copyRuns(Float32Array.from({ length: count }, (_, index) => index), shape, begin, size, to);
    // Each value is its own index: the slice contains exactly the indices inside it, in order.
    const wanted = [...Array(count).keys()].filter((position) => {
      let rest = position;
      return shape.map((length) => length).reverse().every((length, backwards) => {
        const dimension = shape.length - 1 - backwards;
        const index = rest % length;
        rest = Math.floor(rest / length);
        return index >= begin[dimension]! && index < begin[dimension]! + size[dimension]!;
      });
    });
    assert.equal([...to], wanted);
  }));
});

test('the backend uses it, also for sizes of -1', () => {
  const x = tf.tensor3d(Float32Array.from({ length: 24 }, (_, index) => index), [2, 3, 4]);
  assert.equal([...tf.slice(x, [0, 1, 2], [-1, 2, -1]).dataSync()], [6, 7, 10, 11, 18, 19, 22, 23]);
  assert.equal([...tf.slice(tf.tensor1d([5, 6, 7], 'int32'), [1], [1]).dataSync()], [6]);
});

test.run();
