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
 * The sum of squares and the highest square. Sums are float64: float32 would lose quiet samples after loud ones.
 * @param samples [count]; the 4 values beyond the end are set to 0
 * @param level receives two float64: sum, highest
 */
export function level(samples: usize, count: usize, level: usize): void {
  const end = samples + (count << 2);
  v128.store(end, f32x4.splat(0));
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let highest = f32x4.splat(0);
  for (; samples < end; samples += 16) {
    const four = v128.load(samples);
    const squares = f32x4.mul(four, four);
    highest = f32x4.pmax(highest, squares);
    low = f64x2.add(low, f64x2.promote_low_f32x4(squares));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(squares, squares, 2, 3, 0, 1)));
  }
  const sums = f64x2.add(low, high);
  store<f64>(level, f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1));
  highest = f32x4.pmax(highest, v128.shuffle<f32>(highest, highest, 2, 3, 0, 1));
  store<f64>(level, max(f32x4.extract_lane(highest, 0), f32x4.extract_lane(highest, 1)), 8);
}
