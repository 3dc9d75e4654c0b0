/** Compiles kernels, which come twice: with products and sums in one instruction, and without. */
import { setFlagsFromString } from 'node:v8';

/**
 * Takes the fused one where Node knows relaxed SIMD (WebAssembly 3.0). Node 20 has it behind a flag
 * of V8, which may be set at any time before such a module is compiled; from 22 on it is on.
 * @param fused, plain the same module with and without relaxed SIMD
 */
export function compile(fused: Uint8Array<ArrayBuffer>, plain: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  if (!WebAssembly.validate(fused)) setFlagsFromString('--experimental-wasm-relaxed-simd');
  return new WebAssembly.Module(WebAssembly.validate(fused) ? fused : plain);
}
