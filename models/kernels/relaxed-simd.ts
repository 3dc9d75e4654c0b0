/**
 * Enables relaxed SIMD (WebAssembly 3.0) on Node 20, where it needs a V8 flag; from Node 22 it does
 * not. The flag affects modules compiled after it is set.
 */
import { setFlagsFromString } from 'node:v8';

if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
