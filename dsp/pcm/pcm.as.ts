import { sumOf } from '../kernels/sum.as';

/** PCM conversion and level measurement with SIMD. */

/**
 * Mono s16le to float32 within ±1.
 * @param integers [count], any alignment; up to 7 values beyond the end may be read
 * @param samples receives [count]; up to 7 values beyond the end may be written
 */
export function fromInt16(integers: usize, count: usize, samples: usize): void {
  const scale = f32x4.splat(1 / 32768);
  for (const end = integers + (count << 1); integers < end; integers += 16, samples += 32) {
    const eight = v128.load(integers);
    v128.store(samples, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(eight)), scale));
    v128.store(samples, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(eight)), scale), 16);
  }
}

/**
 * Converts interleaved stereo s16le to float32 within ±1.
 * @param integers [2 × count]; up to 12 bytes beyond the end are read
 * @param left, right receive [count]; up to 3 values beyond the end are written
 */
export function stereoFromInt16(integers: usize, count: usize, left: usize, right: usize): void {
  const scale = f32x4.splat(1 / 32768);
  for (const end = integers + (count << 2); integers < end; integers += 16, left += 16, right += 16) {
    const frames = v128.load(integers);
    v128.store(left, f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_s(i32x4.shl(frames, 16), 16)), scale));
    v128.store(right, f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_s(frames, 16)), scale));
  }
}

/**
 * Sum, sum of squares, minimum and maximum of each slice of `samples - offset`. Slices are short, so
 * float32 sums are accurate to a few parts in a million.
 * @param samples [count]
 * @param first samples of the first piece
 * @param length samples of each further piece; the last one may have fewer
 * @param statistics receives [pieces × 4]
 */
export function sliceStatistics(samples: usize, count: usize, first: usize, length: usize, offset: f32, statistics: usize): void {
  const all = samples + (count << 2);
  const offsets = f32x4.splat(offset);
  let end = samples + (first << 2);
  for (; samples < all; end += length << 2, statistics += 16) {
    if (end > all) end = all;
    let sums = f32x4.splat(0);
    let squares = f32x4.splat(0);
    let low = f32x4.splat(f32.MAX_VALUE);
    let high = f32x4.splat(-f32.MAX_VALUE);
    for (const last = end - 12; samples < last; samples += 16) {
      const four = f32x4.sub(v128.load(samples), offsets);
      sums = f32x4.add(sums, four);
      squares = f32x4.add(squares, f32x4.mul(four, four));
      low = f32x4.pmin(low, four);
      high = f32x4.pmax(high, four);
    }
    let sum: f32 = sumOf(sums);
    let square: f32 = sumOf(squares);
    low = f32x4.pmin(low, v128.shuffle<f32>(low, low, 2, 3, 0, 1));
    high = f32x4.pmax(high, v128.shuffle<f32>(high, high, 2, 3, 0, 1));
    let lowest = min(f32x4.extract_lane(low, 0), f32x4.extract_lane(low, 1));
    let highest = max(f32x4.extract_lane(high, 0), f32x4.extract_lane(high, 1));
    for (; samples < end; samples += 4) {
      const value: f32 = load<f32>(samples) - offset;
      sum += value;
      square += value * value;
      lowest = min(lowest, value);
      highest = max(highest, value);
    }
    store<f32>(statistics, sum);
    store<f32>(statistics, square, 4);
    store<f32>(statistics, lowest, 8);
    store<f32>(statistics, highest, 12);
  }
}
