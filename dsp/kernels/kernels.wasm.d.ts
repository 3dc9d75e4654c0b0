/** The `dsp` kernels (`*.as.ts`) compiled without relaxed SIMD, as bytes; built by `npm run build`. */
declare const bytes: Uint8Array<ArrayBuffer>;
export default bytes;
