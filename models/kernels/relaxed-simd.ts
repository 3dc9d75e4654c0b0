/**
 * Lets kernels have relaxed SIMD (WebAssembly 3.0) on Node 20 too, where it is behind a flag of V8;
 * from 22 on it isn't. The flag counts for what is compiled after it is set.
 */
import { setFlagsFromString } from 'node:v8';

if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
