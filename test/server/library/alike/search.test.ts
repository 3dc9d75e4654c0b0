import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bestFirst, Matrix } from '../../../../server/library/alike/search.js';

test('cosines are sums of products, for any size', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 9 }), fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })), (size, rows, numbers) => {
    const take = (length: number): Float32Array => Float32Array.from({ length }, () => numbers.next().value as number);
    const [values, vector] = [take(rows * size), take(size)];
    const matrix = new Matrix(values, size);
    const found = matrix.cosines(vector);
    for (let row = 0; row < rows; row++) {
      const wanted = values.subarray(row * size, (row + 1) * size).reduce((sum, value, index) => sum + value * vector[index]!, 0);
      assert.ok(Math.abs(found[row]! - wanted) < 1e-5);
      assert.ok(Math.abs(matrix.cosineWith(vector, row) - wanted) < 1e-5);
    }
    assert.is(found.length, rows);
  }));
});

test('best first is a stable sort, whatever is asked for, without what is out', () => {
  const score = fc.oneof(fc.constantFrom(0, 1, -Infinity), fc.double({ min: -1, max: 1, noNaN: true }));
  fc.assert(fc.property(fc.array(score, { maxLength: 300 }), (list) => {
    const scores = Float32Array.from(list);
    const sorted = [...scores.keys()].filter((row) => scores[row] !== -Infinity).sort((a, b) => scores[b]! - scores[a]!);
    assert.equal([...bestFirst(scores)], sorted);
  }));
});

test('an empty library finds nothing', () => {
  assert.equal([...bestFirst(new Matrix(new Float32Array(0), 0).cosines(new Float32Array(0)))], []);
});

test.run();
