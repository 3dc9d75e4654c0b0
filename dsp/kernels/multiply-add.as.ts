/**
 * Multiply-add on four lanes. The build with relaxed SIMD emits a fused multiply-add (one rounding,
 * where the CPU has it), the other build a multiply and an add; `dsp/kernels/compile.ts` chooses
 * the build.
 */

/** a b + c */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** c - a b */
// @ts-ignore: decorator
@inline
export function subtractProduct(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_nmadd(a, b, c) : f32x4.sub(c, f32x4.mul(a, b));
}
