/**
 * Products in 16 bits (`gemm16.as.ts`): an input value becomes the nearest integer to value × factor,
 * clamped to ± `LIMIT`; the weights of an output become integers with a scale of their own, as large as
 * they can be without the sum reaching 2^31 for any input.
 */
import type { Matrix } from './weights.js';

/** Largest magnitude of a quantised input; `gemm16.as.ts` has the same number. */
const LIMIT = 8191;

/** Room above the largest value in training music; values beyond it are clamped. */
const HEADROOM = 1.25;

const MAX_WEIGHT = 32_767;
const MAX_SUM = 2 ** 31 - 1;

/**
 * Whether products in 16 bits are faster than those of floats: they are where one instruction multiplies
 * eight pairs and adds them two by two, as on x64. ARM needs three. A browser does not say what it runs on:
 * there all give the same predictions, those of a server on x64.
 */
export const ARE_PRODUCTS16_FASTER = typeof process === 'undefined' || process.arch === 'x64';

/** @param range largest magnitude of the values in training music */
export function factorOf(range: number): number {
  return LIMIT / (HEADROOM * Math.max(range, Number.EPSILON));
}

/**
 * Writes a matrix in panels of eight columns, the last one of four where that is enough, each
 * [rows / 2][8 or 4][2]: see `models/layers/dense/gemm16.as.ts`.
 * @param matrix with an even number of rows
 * @param factor of the inputs
 * @param scales receives [columns]: sum of products × scale = product of the floats
 */
export function writePanels16({ rows, columns, at }: Matrix, factor: number, out: Int16Array, scales: Float32Array): void {
  for (let first = 0; first < columns; first += 8) {
    const width = Math.min(8, columns - first);
    for (let index = 0; index < width; index++) {
      const weights = Float64Array.from({ length: rows }, (_, row) => at(row, first + index));
      const weightFactor = weightFactorOf(weights);
      scales[first + index] = 1 / (weightFactor * factor);
      const start = first * rows + 2 * index;
      weights.forEach((weight, row) => out[start + (row >> 1) * 2 * width + (row & 1)] = Math.round(weightFactor * weight));
    }
  }
}

/** By rounding a weight grows by at most a half. */
function weightFactorOf(weights: Float64Array): number {
  const sum = weights.reduce((total, weight) => total + Math.abs(weight), 0);
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  return largest === 0 ? 1 : Math.min(MAX_WEIGHT / largest, (MAX_SUM / LIMIT - weights.length / 2) / sum);
}
