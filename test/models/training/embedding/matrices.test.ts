import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { crossMoments, eigen, multiply, solve } from '../../../../models/training/embedding/matrices.js';

const SIZE = 7;
const matrix = (length: number): fc.Arbitrary<Float64Array> => fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: length, maxLength: length }).map((values) => Float64Array.from(values));
const close = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => Array.from(a).every((value, index) => Math.abs(value - b[index]!) < 1e-6);

test('moments and products, by hand', () => {
  assert.equal([...crossMoments(Float64Array.of(1, 2, 3, 4), 2, Float64Array.of(10, 20), 1)], [(10 + 60) / 2, (20 + 80) / 2]);
  assert.equal([...multiply(Float64Array.of(1, 2, 3, 4), Float64Array.of(1, 0, 1, 1), 2)], [3, 2, 7, 4]);
});

test('the solution solves the equations', () => {
  fc.assert(fc.property(matrix(SIZE * 12), matrix(SIZE * 3), (rows, wanted) => {
    const a = crossMoments(rows, SIZE, rows, SIZE);
    for (let index = 0; index < SIZE; index++) a[index * SIZE + index]! += 0.3;
    const x = wanted.slice();
    solve(a.slice(), x, SIZE);
    return close(multiply(a, x, SIZE), wanted);
  }), { numRuns: 50 });
});

test('a matrix that is not positive definite is refused', () => {
  assert.throws(() => solve(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1), 2), 'not positive definite');
});

test('eigenvectors are orthonormal and belong to their values, largest first', () => {
  fc.assert(fc.property(matrix(SIZE * 9), (rows) => {
    const a = crossMoments(rows, SIZE, rows, SIZE);
    const { values, vectors } = eigen(a, SIZE);
    const transposed = vectors.map((_, index) => vectors[(index % SIZE) * SIZE + Math.floor(index / SIZE)]!);
    const identity = Float64Array.from({ length: SIZE * SIZE }, (_, index) => (index % SIZE === Math.floor(index / SIZE) ? 1 : 0));
    const isSorted = values.every((value, index) => index === 0 || value <= values[index - 1]!);
    return isSorted && close(multiply(vectors, transposed, SIZE), identity) && close(multiply(a, transposed, SIZE), transposed.map((value, index) => value * values[index % SIZE]!));
  }), { numRuns: 50 });
});

test.run();
