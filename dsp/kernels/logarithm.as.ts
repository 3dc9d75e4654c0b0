/** The logarithm on four lanes in two parts, exponent and mantissa, so that callers can scale each to their base. */
import { multiplyAdd } from './multiply-add.as';

/** Bits of √½ as float32: mantissas are reduced to √½ up to √2. */
const SQRT_HALF: i32 = 0x3f3504f3;

/** The power of two by which `x` exceeds its reduced mantissa, as float32. */
// @ts-ignore: decorator
@inline
export function exponentOf(x: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.shr_s(i32x4.sub(x, i32x4.splat(SQRT_HALF)), 23));
}

/**
 * Natural logarithm of the reduced mantissa, within 2 units in the last place: a polynomial (Cephes, `logf`).
 * @param x normal numbers above 0
 */
// @ts-ignore: decorator
@inline
export function mantissaLog(x: v128): v128 {
  const mantissa = i32x4.add(v128.and(i32x4.sub(x, i32x4.splat(SQRT_HALF)), i32x4.splat(0x007fffff)), i32x4.splat(SQRT_HALF));
  const z = f32x4.sub(mantissa, f32x4.splat(1));
  let p = f32x4.splat(7.0376836292e-2);
  p = multiplyAdd(p, z, f32x4.splat(-1.1514610310e-1));
  p = multiplyAdd(p, z, f32x4.splat(1.1676998740e-1));
  p = multiplyAdd(p, z, f32x4.splat(-1.2420140846e-1));
  p = multiplyAdd(p, z, f32x4.splat(1.4249322787e-1));
  p = multiplyAdd(p, z, f32x4.splat(-1.6668057665e-1));
  p = multiplyAdd(p, z, f32x4.splat(2.0000714765e-1));
  p = multiplyAdd(p, z, f32x4.splat(-2.4999993993e-1));
  p = multiplyAdd(p, z, f32x4.splat(3.3333331174e-1));
  const square = f32x4.mul(z, z);
  return multiplyAdd(f32x4.sub(f32x4.mul(p, z), f32x4.splat(0.5)), square, z);
}
