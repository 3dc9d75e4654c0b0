/**
 * Linear regression with an L2 penalty (ridge regression) on standardised values, solved exactly: the normal
 * equations by Cholesky decomposition. The sums of products are kept in parts, so that the fit without one part,
 * for cross-validation, costs no second pass over the rows.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Regression } from './regression.js';

/** Rows per product of matrices. */
const BATCH = 2048;

/** Sums over some rows, from which a regression on them follows. */
export interface Moments {
  readonly width: number;
  readonly targets: number;
  readonly rows: number;
  /** [width + 1 × width + 1 + targets] products of the values and a constant 1 with the same and the targets. */
  readonly products: Float64Array;
}

/**
 * @param values [rows × width], about standardised: products are summed in float32 within a batch
 * @param targets [rows × count]
 */
export function momentsOf(values: Float32Array, width: number, targets: Float32Array, count: number): Moments {
  const rows = values.length / width;
  const size = width + 1;
  const products = new Float64Array(size * (size + count));
  for (let first = 0; first < rows; first += BATCH) {
    const own = Math.min(BATCH, rows - first);
    tf.tidy(() => {
      const x = tf.concat([tf.tensor2d(values.subarray(first * width, (first + own) * width), [own, width]), tf.ones([own, 1])], 1);
      const y = tf.tensor2d(targets.subarray(first * count, (first + own) * count), [own, count]);
      const part = tf.matMul(x, tf.concat([x, y], 1), true).dataSync<'float32'>();
      for (let at = 0; at < part.length; at++) products[at] = products[at]! + part[at]!;
    });
  }
  return { width, targets: count, rows, products };
}

/** @throws Error if there are no parts */
export function sumOf(parts: readonly Moments[]): Moments {
  const [first] = parts;
  if (!first) throw new Error('There are no rows to learn from.');
  const products = new Float64Array(first.products.length);
  for (const part of parts) part.products.forEach((value, at) => { products[at] = products[at]! + value; });
  return { ...first, rows: parts.reduce((rows, part) => rows + part.rows, 0), products };
}

/**
 * @param penalty factor of the squared weights of standardised values, for a mean squared error
 */
export function ridge({ width, targets, rows, products }: Moments, penalty: number): Regression {
  const size = width + 1;
  const row = size + targets;
  const mean = Float64Array.from({ length: width }, (_, value) => products[value * row + width]! / rows);
  const deviation = mean.map((m, value) => Math.sqrt(Math.max(0, products[value * row + value]! / rows - m * m)) + 1e-3);
  const meanTarget = Float64Array.from({ length: targets }, (_, target) => products[width * row + size + target]! / rows);
  // Standardised covariance, and that with the targets, in one matrix: [width × (width + targets)].
  const equations = Array.from({ length: width }, (_, value) => {
    const own = new Float64Array(width + targets);
    for (let other = 0; other < width; other++) own[other] = (products[value * row + other]! / rows - mean[value]! * mean[other]!) / (deviation[value]! * deviation[other]!);
    for (let target = 0; target < targets; target++) own[width + target] = (products[value * row + size + target]! / rows - mean[value]! * meanTarget[target]!) / deviation[value]!;
    own[value] = own[value]! + penalty;
    return own;
  });
  solve(equations, width, targets);
  const kernel = new Float32Array(width * targets);
  const bias = Float32Array.from(meanTarget);
  for (let value = 0; value < width; value++) {
    for (let target = 0; target < targets; target++) {
      const weight = equations[value]![width + target]! / deviation[value]!;
      kernel[value * targets + target] = weight;
      bias[target] = bias[target]! - weight * mean[value]!;
    }
  }
  return { kernel, bias };
}

/** Solves in place: the lower triangle becomes Cholesky's factor, the right-hand sides become the solutions. */
function solve(equations: readonly Float64Array[], width: number, targets: number): void {
  for (let row = 0; row < width; row++) {
    const own = equations[row]!;
    for (let column = 0; column <= row; column++) {
      const other = equations[column]!;
      let sum = own[column]!;
      for (let at = 0; at < column; at++) sum -= own[at]! * other[at]!;
      own[column] = column < row ? sum / other[column]! : Math.sqrt(Math.max(sum, 1e-12));
    }
  }
  const eliminate = (row: number, from: number, factor: number): void => {
    const own = equations[row]!;
    const other = equations[from]!;
    for (let at = width; at < width + targets; at++) own[at] = own[at]! - factor * other[at]!;
  };
  const divide = (row: number): void => {
    const own = equations[row]!;
    for (let at = width; at < width + targets; at++) own[at] = own[at]! / own[row]!;
  };
  for (let row = 0; row < width; row++) {
    for (let from = 0; from < row; from++) eliminate(row, from, equations[row]![from]!);
    divide(row);
  }
  for (let row = width - 1; row >= 0; row--) {
    for (let from = row + 1; from < width; from++) eliminate(row, from, equations[from]![row]!);
    divide(row);
  }
}
