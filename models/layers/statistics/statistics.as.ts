/** Running mean and standard deviation of each feature with SIMD; `models/layers/statistics/statistics.ts` has the formula. */
import { multiplyAdd, subtractProduct } from '../../../dsp/kernels/multiply-add.as';

/**
 * One column of one stream.
 * @param x [features]
 * @param moments [features] weighted sum of x, updated; @param squares [features] weighted sum of x², updated
 * @param alpha weight of a new column, 1 / memoryColumns
 * @param scale 1 / total weight, including this column
 * @param means receives [features]; @param deviations receives [features]
 */
export function statistics(
  x: usize, features: usize, moments: usize, squares: usize,
  alpha: f32, scale: f32, epsilon: f32, means: usize, deviations: usize,
): void {
  const bytes = features << 2;
  const alphas = f32x4.splat(alpha);
  const scales = f32x4.splat(scale);
  const least = f32x4.splat(epsilon);
  const zero = f32x4.splat(0);
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    const value = v128.load(x + at);
    const first = v128.load(moments + at);
    const second = v128.load(squares + at);
    const sum = multiplyAdd(alphas, f32x4.sub(value, first), first);
    const square = multiplyAdd(alphas, f32x4.sub(f32x4.mul(value, value), second), second);
    v128.store(moments + at, sum);
    v128.store(squares + at, square);
    const mean = f32x4.mul(sum, scales);
    const variance = f32x4.pmax(zero, subtractProduct(mean, mean, f32x4.mul(square, scales)));
    v128.store(means + at, mean);
    v128.store(deviations + at, f32x4.sqrt(f32x4.add(variance, least)));
  }
  for (; at < bytes; at += 4) {
    const value = load<f32>(x + at);
    const sum = load<f32>(moments + at) + alpha * (value - load<f32>(moments + at));
    const square = load<f32>(squares + at) + alpha * (value * value - load<f32>(squares + at));
    store<f32>(moments + at, sum);
    store<f32>(squares + at, square);
    const mean = sum * scale;
    store<f32>(means + at, mean);
    store<f32>(deviations + at, sqrt(max<f32>(0, square * scale - mean * mean) + epsilon));
  }
}
