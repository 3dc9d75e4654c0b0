/** Power to decibels, four numbers at a time. */

/** 10 log10 e */
const TEN_LOG10_E: f32 = 4.342944819032518;
/** 10 log10 2, in two parts: the first has few digits, so that whole exponents times it are exact. */
const TEN_LOG10_2_HIGH: f32 = 3.009765625;
const TEN_LOG10_2_LOW: f32 = 0.00053433139812;

/**
 * 10 log10 of each, in place, within 1e-6 dB and the rounding of float32. The logarithm of the
 * mantissa between √½ and √2 is a polynomial (Cephes, `logf`).
 * @param values [count] at least 0; a multiple of 4. Below the least normal number, 0 included, as that: -379 dB
 */
export function toDecibels(values: usize, count: usize): void {
  const least = f32x4.splat(f32.MIN_NORMAL_VALUE);
  const one = f32x4.splat(1);
  for (const end = values + (count << 2); values < end; values += 16) {
    const x = f32x4.max(v128.load(values), least);
    // √½ is taken off the exponent, so that mantissas lie around 1.
    const shifted = i32x4.sub(x, i32x4.splat(0x3f3504f3));
    const exponent = f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23));
    const mantissa = i32x4.add(v128.and(shifted, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
    const z = f32x4.sub(mantissa, one);
    let p = f32x4.splat(7.0376836292e-2);
    p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-1.1514610310e-1));
    p = f32x4.add(f32x4.mul(p, z), f32x4.splat(1.1676998740e-1));
    p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-1.2420140846e-1));
    p = f32x4.add(f32x4.mul(p, z), f32x4.splat(1.4249322787e-1));
    p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-1.6668057665e-1));
    p = f32x4.add(f32x4.mul(p, z), f32x4.splat(2.0000714765e-1));
    p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-2.4999993993e-1));
    p = f32x4.add(f32x4.mul(p, z), f32x4.splat(3.3333331174e-1));
    const square = f32x4.mul(z, z);
    const log = f32x4.add(z, f32x4.sub(f32x4.mul(f32x4.mul(p, z), square), f32x4.mul(f32x4.splat(0.5), square)));
    const fine = f32x4.add(f32x4.mul(log, f32x4.splat(TEN_LOG10_E)), f32x4.mul(exponent, f32x4.splat(TEN_LOG10_2_LOW)));
    v128.store(values, f32x4.add(f32x4.mul(exponent, f32x4.splat(TEN_LOG10_2_HIGH)), fine));
  }
}
