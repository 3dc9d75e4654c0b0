/**
 * Access to the WebAssembly kernels of `dsp` (`*.as.ts`). Each user has its own memory, freed with it.
 * Where WebAssembly can't be compiled, callers use the scalar loops.
 */
import { compile } from './compile.js';
import fused from './fused-kernels.wasm.js';
import plain from './kernels.wasm.js';
import { Memory, type WasmArray } from './memory.js';

/** Addresses are in bytes, counts in values; the `.as.ts` files document the parameters. */
interface Exports {
  melColumn(half: number, samples: number, window: number, points: number, twiddles: number, roots: number, bins: number, bands: number, runs: number, weights: number, power: number): void;
  toDecibels(values: number, count: number): void;
  fromInt16(integers: number, count: number, samples: number): void;
  stereoFromInt16(integers: number, count: number, left: number, right: number): void;
  sliceStatistics(samples: number, count: number, first: number, length: number, offset: number, statistics: number): void;
  bandLimit(size: number, bins: number, length: number, hop: number, input: number, response: number, points: number, forward: number, backward: number): number;
  interpolate(samples: number, phase: number, count: number, stride: number, phases: number, taps: number, rowCount: number, rows: number, outputs: number): void;
}

let module: WebAssembly.Module | undefined;
let canCompile: boolean | undefined;

/** Whether kernels can be compiled here: not without SIMD (before 2021 to 2023 in browsers), nor in a page whose Content Security Policy forbids WebAssembly. */
export function areKernelsAvailable(): boolean {
  if (canCompile === undefined) {
    try {
      module = compile(fused, plain);
      canCompile = true;
    } catch {
      canCompile = false; // WebAssembly.CompileError, or there is no WebAssembly at all
    }
  }
  return canCompile;
}

/** A kernel instance with named arrays in its memory. */
export class Kernels<Name extends string> {
  readonly run: Exports;
  readonly arrays: Readonly<Record<Name, WasmArray>>;

  /** @param lengths of the arrays in values; they lie in memory in this order */
  constructor(lengths: Readonly<Record<Name, number>>) {
    const memory = new Memory();
    const arrays: Partial<Record<Name, WasmArray>> = {};
    for (const name in lengths) arrays[name] = memory.reserve(lengths[name]);
    this.arrays = arrays as Record<Name, WasmArray>;
    module ??= compile(fused, plain);
    this.run = memory.instantiate(module) as unknown as Exports;
  }
}
