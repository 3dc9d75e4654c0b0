/**
 * The kernels of `dsp/assembly`, each user with a memory of its own that goes when the user goes.
 * For servers: a page would need a policy that lets it compile WebAssembly, and has one stream.
 */
import bytes from './kernels.wasm.js';

/** Addresses are bytes, counts are numbers; what each function takes stands in `dsp/assembly`. */
interface Exports {
  melColumn(half: number, samples: number, window: number, points: number, turns: number, roots: number, bins: number, bands: number, runs: number, weights: number, power: number): void;
  fromInt16(integers: number, count: number, samples: number): void;
  level(samples: number, count: number, level: number): void;
  bandLimit(size: number, bins: number, length: number, hop: number, input: number, response: number, points: number, forward: number, backward: number): number;
  interpolate(samples: number, phase: number, count: number, stride: number, phases: number, taps: number, rowCount: number, rows: number, outputs: number): void;
}

const PAGE_BYTES = 65_536;

let module: WebAssembly.Module | undefined;

/** Kernels with room for arrays of float32, given by their lengths. */
export class Kernels<Name extends string> {
  readonly run: Exports;
  /** The arrays as views, which stay where they are. */
  readonly arrays: Readonly<Record<Name, Float32Array<ArrayBuffer>>>;
  /** Where they lie. */
  readonly at: Readonly<Record<Name, number>>;

  /** @param lengths of arrays, in this order in memory, each at a multiple of 16 bytes and with a vector of zeros behind it */
  constructor(lengths: Readonly<Record<Name, number>>) {
    let bytes = 16; // address 0 stays free
    const at: Partial<Record<Name, number>> = {};
    for (const name in lengths) {
      at[name] = bytes;
      bytes += 16 * Math.ceil(lengths[name] / 4) + 16;
    }
    this.at = at as Record<Name, number>;
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
    const arrays: Partial<Record<Name, Float32Array<ArrayBuffer>>> = {};
    for (const name in lengths) arrays[name] = new Float32Array(memory.buffer, this.at[name], lengths[name]);
    this.arrays = arrays as Record<Name, Float32Array<ArrayBuffer>>;
    this.run = new WebAssembly.Instance(compiled(), { env: { memory } }).exports as unknown as Exports;
  }
}

function compiled(): WebAssembly.Module {
  return module ??= new WebAssembly.Module(bytes);
}
