/**
 * Compiles the kernels with fused multiply-add where the engine supports relaxed SIMD
 * (WebAssembly 3.0), else the plain build.
 * @param fused, plain builds of the same module with and without relaxed SIMD
 */
export function compile(fused: Uint8Array<ArrayBuffer>, plain: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  return new WebAssembly.Module(WebAssembly.validate(fused) ? fused : plain);
}
