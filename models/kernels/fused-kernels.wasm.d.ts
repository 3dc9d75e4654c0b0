/** The `models` kernels (`*.as.ts`) compiled with relaxed SIMD (fused multiply-add), as bytes; built by `npm run build`. */
declare const bytes: Uint8Array<ArrayBuffer>;
export default bytes;
