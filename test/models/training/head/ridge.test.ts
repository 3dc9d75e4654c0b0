/** Ridge regression and Platt's scaling. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startBackend } from '../../../../models/tensorflow/backend.js';
import { Random } from '../../../../models/random.js';
import { fitScale } from '../../../../models/training/head/platt.js';
import { momentsOf, ridge, sumOf } from '../../../../models/training/head/ridge.js';

await startBackend('wasm');

const ROWS = 5000;
/** Values of different sizes and a target that is linear in them, with a second one that does not depend on them. */
function made(): { values: Float32Array; targets: Float32Array } {
  const random = new Random(3);
  const values = Float32Array.from({ length: 3 * ROWS }, (_, at) => (at % 3 === 1 ? 5 + 0.5 * random.normal() : random.normal()));
  const targets = new Float32Array(2 * ROWS);
  for (let row = 0; row < ROWS; row++) {
    targets[2 * row] = 2 * values[3 * row]! - 3 * values[3 * row + 1]! + 7;
    targets[2 * row + 1] = random.normal();
  }
  return { values, targets };
}

const near = (actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void => assert.ok(expected.every((value, index) => Math.abs(actual[index]! - value) < tolerance), `${[...Array.from(actual)]}`);

test('without a penalty the weights are found, whatever the sizes of the values', () => {
  const { values, targets } = made();
  const { kernel, bias } = ridge(momentsOf(values, 3, targets, 2), 0);
  near(kernel, [2, 0, -3, 0, 0, 0], 0.05);
  near(bias, [7], 0.02);
});

test('a penalty of 1 halves the weights of values that are independent', () => {
  const { values, targets } = made();
  const { kernel } = ridge(momentsOf(values, 3, targets, 2), 1);
  near(kernel, [1, 0, -1.5, 0, 0, 0], 0.05);
});

test('the sum of the moments of parts is that of the whole', () => {
  const { values, targets } = made();
  const part = (from: number, to: number) => momentsOf(values.subarray(3 * from, 3 * to), 3, targets.subarray(2 * from, 2 * to), 2);
  const [whole, parts] = [momentsOf(values, 3, targets, 2), sumOf([part(0, 100), part(100, 3000), part(3000, ROWS)])];
  assert.is(parts.rows, ROWS);
  near(ridge(parts, 0.3).kernel, [...ridge(whole, 0.3).kernel], 1e-4);
  assert.throws(() => sumOf([]), /no rows/);
});

test('the scale and offset make scores probabilities', () => {
  const random = new Random(5);
  const scores = Array.from({ length: 20_000 }, () => 10 + 2 * random.normal());
  const isPositive = scores.map((score) => random.next() < 1 / (1 + Math.exp(-(1.5 * score - 17))));
  const { scale, offset } = fitScale(scores, isPositive);
  assert.ok(Math.abs(scale - 1.5) < 0.1 && Math.abs(offset + 17) < 1, `${scale}, ${offset}`);
});

test('scores that tell all apart get a finite scale, and all of one kind no scale to speak of', () => {
  const apart = fitScale([0, 0.1, 0.9, 1], [false, false, true, true]);
  assert.ok(apart.scale > 1 && apart.scale < 100 && Number.isFinite(apart.offset));
  const none = fitScale([0, 1, 2, 3], [false, false, false, false]);
  assert.ok(1 / (1 + Math.exp(-(3 * none.scale + none.offset))) < 0.3);
});

test.run();
