/** A matrix of embeddings in WebAssembly memory, compared with a vector by the kernel of `search.as.ts`. */
import { Memory, type WasmArray } from '../../dsp/kernels/memory.js';
import { instantiateKernels, type Kernels } from '../kernels/kernels.js';

export class EmbeddingMatrix {
  readonly size: number;
  readonly rows: number;
  /** `size` in whole vectors; the rest of a row is zero. */
  readonly #width: number;
  readonly #kernels: Kernels;
  readonly #matrix: WasmArray;
  readonly #vector: WasmArray;
  readonly #out: WasmArray;

  /** @param values [rows × size], copied */
  constructor(values: Float32Array, size: number) {
    this.size = size;
    this.rows = size === 0 ? 0 : values.length / size;
    this.#width = 4 * Math.ceil(size / 4);
    const memory = new Memory();
    this.#matrix = memory.reserve(this.rows * this.#width);
    this.#vector = memory.reserve(this.#width);
    this.#out = memory.reserve(this.rows);
    for (let row = 0; row < this.rows; row++) this.#matrix.values.set(values.subarray(row * size, (row + 1) * size), row * this.#width);
    this.#kernels = instantiateKernels(memory);
  }

  /** A view of a row. */
  row(index: number): Float32Array {
    return this.#matrix.values.subarray(index * this.#width, index * this.#width + this.size);
  }

  /**
   * Inner products of all rows with a vector.
   * @param out receives [rows]
   */
  innerProducts(vector: Float32Array, out: Float32Array): void {
    this.#vector.values.set(vector);
    this.#kernels.innerProducts(this.#matrix.address, this.rows, this.#width, this.#vector.address, this.#out.address);
    out.set(this.#out.values);
  }
}
