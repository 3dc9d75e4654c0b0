/** Running mean and deviation of each feature: the formula stands in `models/layers/statistics.ts`. */

/**
 * One column of one stream.
 * @param x [features], a multiple of 4
 * @param moments [2][features] of x and of its square, updated
 * @param scale 1 / weight of all heard, this column included
 * @param y receives [2][features]: mean, deviation
 */
export function statistics(x: usize, features: usize, moments: usize, forgetting: f32, scale: f32, epsilon: f32, y: usize): void {
  const bytes = features << 2;
  const present = f32x4.splat(forgetting);
  const scales = f32x4.splat(scale);
  const least = f32x4.splat(epsilon);
  const zero = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    const value = v128.load(x + at);
    const first = v128.load(moments + at);
    const second = v128.load(moments + bytes + at);
    const sum = f32x4.add(first, f32x4.mul(present, f32x4.sub(value, first)));
    const squares = f32x4.add(second, f32x4.mul(present, f32x4.sub(f32x4.mul(value, value), second)));
    v128.store(moments + at, sum);
    v128.store(moments + bytes + at, squares);
    const mean = f32x4.mul(sum, scales);
    const variance = f32x4.max(zero, f32x4.sub(f32x4.mul(squares, scales), f32x4.mul(mean, mean)));
    v128.store(y + at, mean);
    v128.store(y + bytes + at, f32x4.sqrt(f32x4.add(variance, least)));
  }
}
