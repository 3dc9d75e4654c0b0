/**
 * Compiles kernels, which come twice: with products and sums in one instruction, for who knows
 * relaxed SIMD (WebAssembly 3.0), and without.
 * @param fused, plain the same module with and without relaxed SIMD
 */
export function compile(fused: Uint8Array<ArrayBuffer>, plain: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  return new WebAssembly.Module(WebAssembly.validate(fused) ? fused : plain);
}
