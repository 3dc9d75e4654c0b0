/** Products in 16 bits against the same arithmetic with whole numbers, and against floats. */
import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Memory } from '../../../dsp/kernels/memory.js';
import { instantiateKernels } from '../../../models/kernels/kernels.js';
import { factorOf, writePanels16 } from '../../../models/kernels/products16.js';
import { padded } from '../../../models/kernels/weights.js';
import { MatrixProduct } from '../../../models/layers/dense/dense.simd.js';
import { seeded } from '../fixtures.js';

/** As in `products16.ts` and `gemm16.as.ts`. */
const LIMIT = 8191;

/** The product of [rows × depth] and [depth × units], in 16 bits if there is a range. */
function product(x: Float32Array, weights: Float32Array, bias: Float32Array, rows: number, depth: number, units: number, range?: number): number[] {
  const memory = new Memory();
  const width = padded(depth);
  const positions = Array.from({ length: depth }, (_, index) => index);
  const product = new MatrixProduct(memory, weights, positions, width, 1, units, bias, range === undefined ? undefined : { range, rows });
  const input = memory.reserve(rows * width);
  for (let row = 0; row < rows; row++) input.values.set(x.subarray(row * depth, (row + 1) * depth), row * width);
  const output = memory.reserve(padded(rows) * product.columns);
  product.run(instantiateKernels(memory), input.address, 4 * width, rows, output.address, 4 * product.columns);
  return Array.from({ length: rows * units }, (_, index) => output.values[Math.floor(index / units) * product.columns + (index % units)]!);
}

/** The same with exact sums of whole numbers. */
function exact(x: Float32Array, weights: Float32Array, bias: Float32Array, rows: number, depth: number, units: number, range: number): number[] {
  const factor = factorOf(range);
  const quantised = Array.from(x, (value) => Math.max(-LIMIT, Math.min(LIMIT, roundHalfEven(Math.fround(value) * Math.fround(factor)))));
  const [even, columns] = [padded(depth), padded(units)];
  const panels = new Int16Array(even * columns);
  const scales = new Float32Array(columns);
  writePanels16({ rows: even, columns, at: (row, column) => (row < depth && column < units ? weights[row * units + column]! : 0) }, factor, panels, scales);
  return Array.from({ length: rows * units }, (_, index) => {
    const [row, unit] = [Math.floor(index / units), index % units];
    let sum = 0;
    for (let at = 0; at < depth; at++) sum += quantised[row * depth + at]! * weightOf(panels, even, columns, at, unit);
    assert.ok(Math.abs(sum) < 2 ** 31, 'the sum fits 32 bits');
    return Math.fround(sum * scales[unit]! + bias[unit]!);
  });
}

/** A weight in panels of eight columns, or four: [rows / 2][8 or 4][2]. */
function weightOf(panels: Int16Array, rows: number, columns: number, row: number, column: number): number {
  const first = 8 * Math.floor(column / 8);
  const width = Math.min(8, columns - first);
  return panels[first * rows + (row >> 1) * 2 * width + 2 * (column - first) + (row & 1)]!;
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
}

const shapes = fc.record({ rows: fc.integer({ min: 1, max: 9 }), depth: fc.integer({ min: 1, max: 40 }), units: fc.integer({ min: 1, max: 60 }), seed: fc.nat(1e6) });

test('the kernel gives what whole numbers give, for any shape', () => {
  fc.assert(fc.property(shapes, ({ rows, depth, units, seed }) => {
    const random = seeded(seed);
    const [x, weights, bias] = [rows * depth, depth * units, units].map((length) => Float32Array.from({ length }, () => 4 * random() - 2)) as [Float32Array, Float32Array, Float32Array];
    const wanted = exact(x, weights, bias, rows, depth, units, 2);
    product(x, weights, bias, rows, depth, units, 2).forEach((value, index) => {
      assert.ok(Math.abs(value - wanted[index]!) <= 1e-5 * (1 + Math.abs(wanted[index]!)), `${value} instead of ${wanted[index]}`);
    });
  }));
});

test('it is near the product of floats', () => {
  fc.assert(fc.property(shapes, ({ rows, depth, units, seed }) => {
    const random = seeded(seed);
    const [x, weights, bias] = [rows * depth, depth * units, units].map((length) => Float32Array.from({ length }, () => 4 * random() - 2)) as [Float32Array, Float32Array, Float32Array];
    const wanted = product(x, weights, bias, rows, depth, units);
    // An input is off by half a step at most: 1.25 × 2 / 8191 / 2, times the weights; theirs are finer.
    const bound = (0.5 * 2.5 / LIMIT + 1e-4) * 2 * depth + 1e-5;
    product(x, weights, bias, rows, depth, units, 2).forEach((value, index) => assert.ok(Math.abs(value - wanted[index]!) <= bound, `${value} instead of ${wanted[index]}`));
  }));
});

test('inputs beyond the range are clamped, and no sum overflows', () => {
  const [rows, depth, units] = [3, 512, 12];
  for (const sign of [1, -1]) {
    const x = new Float32Array(rows * depth).fill(1000 * sign);
    const weights = Float32Array.from({ length: depth * units }, (_, index) => (index % units) % 2 === 0 ? 0.7 : -0.7);
    const clamped = sign * 1.25 * 2 * 0.7 * depth;
    product(x, weights, new Float32Array(units), rows, depth, units, 2).forEach((value, index) => {
      const wanted = (index % units) % 2 === 0 ? clamped : -clamped;
      assert.ok(Math.abs(value / wanted - 1) < 1e-3, `${value} instead of ${wanted}`);
    });
  }
});

test('weights of zero give the bias', () => {
  assert.equal(product(Float32Array.of(1, 2), new Float32Array(2 * 5), Float32Array.of(1, 2, 3, 4, 5), 1, 2, 5, 2), [1, 2, 3, 4, 5]);
});

test.run();
