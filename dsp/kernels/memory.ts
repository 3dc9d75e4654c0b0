/** Memory of WebAssembly, laid out before it is made: everything has its place, and nothing moves. */

const PAGE_BYTES = 65_536;

/** An array of float32 in a memory. */
export interface Place {
  /** Its address in bytes, a multiple of 16. */
  readonly at: number;
  /** Its numbers; there once the memory is made. A vector of zeros lies behind them. */
  readonly values: Float32Array<ArrayBuffer>;
}

export class Memory {
  #bytes = 16; // address 0 stays free
  readonly #places: Array<{ at: number; values: Float32Array<ArrayBuffer> }> = [];

  /** @param length numbers */
  reserve(length: number): Place {
    const place = { at: this.#bytes, values: new Float32Array(length) };
    this.#bytes += 16 * Math.ceil(length / 4) + 16;
    this.#places.push(place);
    return place;
  }

  /** Makes the memory, with what was written into its places so far, for a module that imports it. */
  instantiate(module: WebAssembly.Module): WebAssembly.Exports {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(this.#bytes / PAGE_BYTES) });
    for (const place of this.#places) {
      const values = new Float32Array(memory.buffer, place.at, place.values.length);
      values.set(place.values);
      place.values = values;
    }
    return new WebAssembly.Instance(module, { env: { memory } }).exports;
  }
}
