import { multiplyAdd } from '../../dsp/kernels/multiply-add.as';
import { sumOf } from '../../dsp/kernels/sum.as';

/** Search among embeddings with SIMD. */

/**
 * Inner products of a vector with each row of a matrix. Bound by reading the matrix: 512 bytes for a row of 128.
 * @param matrix [rows × width]; @param vector [width]; `width` is a multiple of 4
 * @param out receives [rows]
 */
export function innerProducts(matrix: usize, rows: usize, width: usize, vector: usize, out: usize): void {
  const bytes = width << 2;
  const pairs = bytes & ~31;
  for (const end = out + (rows << 2); out < end; out += 4, matrix += bytes) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let at: usize = 0;
    for (; at < pairs; at += 32) {
      a = multiplyAdd(v128.load(matrix + at), v128.load(vector + at), a);
      b = multiplyAdd(v128.load(matrix + at, 16), v128.load(vector + at, 16), b);
    }
    if (at < bytes) a = multiplyAdd(v128.load(matrix + at), v128.load(vector + at), a);
    f32.store(out, sumOf(f32x4.add(a, b)));
  }
}
