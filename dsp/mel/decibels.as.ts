/** Power to decibels with SIMD. */
import { exponentOf, mantissaLog } from '../kernels/logarithm.as';
import { multiplyAdd } from '../kernels/multiply-add.as';

/** 10 log10 e */
const TEN_LOG10_E: f32 = 4.342944819032518;
/** 10 log10 2 as a sum of two constants: the first has so few bits that its product with an integer exponent is exact. */
const TEN_LOG10_2_HIGH: f32 = 3.009765625;
const TEN_LOG10_2_LOW: f32 = 0.00053433139812;

/**
 * 10 log10 of each value in place, within 1e-6 dB plus float32 rounding.
 * @param values [count] at least 0; subnormals and 0 count as the smallest normal number, -379 dB
 * @param count a multiple of 4
 */
export function toDecibels(values: usize, count: usize): void {
  for (const end = values + (count << 2); values < end; values += 16) {
    const x = f32x4.pmax(v128.load(values), f32x4.splat(f32.MIN_NORMAL_VALUE));
    const exponent = exponentOf(x);
    const fine = multiplyAdd(mantissaLog(x), f32x4.splat(TEN_LOG10_E), f32x4.mul(exponent, f32x4.splat(TEN_LOG10_2_LOW)));
    v128.store(values, multiplyAdd(exponent, f32x4.splat(TEN_LOG10_2_HIGH), fine));
  }
}
