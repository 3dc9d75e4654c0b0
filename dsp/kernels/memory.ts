/** A static WebAssembly memory layout: arrays are reserved first, then the memory is created with exactly their size. */

const PAGE_BYTES = 65_536;

/** A float32 array in WebAssembly memory. */
export interface WasmArray {
  /** In bytes, a multiple of 16. */
  readonly address: number;
  /**
   * Until `instantiate` a buffer of its own for initial values, afterwards a view of the memory.
   * At least 16 bytes of padding, initially zero, follow it.
   */
  readonly values: Float32Array<ArrayBuffer>;
}

export class Memory {
  #bytes = 16; // address 0 stays unused
  readonly #arrays: Array<{ address: number; values: Float32Array<ArrayBuffer> }> = [];

  /** @param length in float32 values */
  reserve(length: number): WasmArray {
    const array = { address: this.#bytes, values: new Float32Array(length) };
    this.#bytes += 16 * Math.ceil(length / 4) + 16;
    this.#arrays.push(array);
    return array;
  }

  /** Creates the memory, copies the initial values of all arrays into it and instantiates a module that imports it. */
  instantiate(module: WebAssembly.Module): WebAssembly.Exports {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(this.#bytes / PAGE_BYTES) });
    for (const array of this.#arrays) {
      const values = new Float32Array(memory.buffer, array.address, array.values.length);
      values.set(array.values);
      array.values = values;
    }
    return new WebAssembly.Instance(module, { env: { memory } }).exports;
  }
}
