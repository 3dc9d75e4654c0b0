/** The Opus library of this thread, from the package @evan/opus; loaded for the first Opus stream. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { OpusLibrary } from '../pipe/opus.js';

let library: OpusLibrary | undefined;

/** @throws Error when the package is not installed */
export function opusLibrary(): OpusLibrary {
  return (library ??= new OpusLibrary(new WebAssembly.Module(readFileSync(createRequire(import.meta.url).resolve('@evan/opus/wasm/simd.wasm')))));
}
