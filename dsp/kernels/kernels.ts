/**
 * The kernels of the `.as.ts` files of `dsp`, each user with a memory of its own that goes when the user goes.
 * For servers: a page would need a policy that lets it compile WebAssembly, and has one stream.
 */
import { compile } from './compile.js';
import fused from './fused-kernels.wasm.js';
import plain from './kernels.wasm.js';
import { Memory, type Place } from './memory.js';

/** Addresses are bytes, counts are numbers; what each function takes stands in the `.as.ts` files of `dsp`. */
interface Exports {
  melColumn(half: number, samples: number, window: number, points: number, turns: number, roots: number, bins: number, bands: number, runs: number, weights: number, power: number): void;
  toDecibels(values: number, count: number): void;
  fromInt16(integers: number, count: number, samples: number): void;
  level(samples: number, count: number, level: number): void;
  bandLimit(size: number, bins: number, length: number, hop: number, input: number, response: number, points: number, forward: number, backward: number): number;
  interpolate(samples: number, phase: number, count: number, stride: number, phases: number, taps: number, rowCount: number, rows: number, outputs: number): void;
}

let module: WebAssembly.Module | undefined;

/** Kernels and arrays for them to work in. */
export class Kernels<Name extends string> {
  readonly run: Exports;
  readonly places: Readonly<Record<Name, Place>>;

  /** @param lengths of the arrays, which lie in memory in this order */
  constructor(lengths: Readonly<Record<Name, number>>) {
    const memory = new Memory();
    const places: Partial<Record<Name, Place>> = {};
    for (const name in lengths) places[name] = memory.reserve(lengths[name]);
    this.places = places as Record<Name, Place>;
    module ??= compile(fused, plain);
    this.run = memory.instantiate(module) as unknown as Exports;
  }
}
