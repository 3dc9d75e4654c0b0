/** `dense.ts` on the SIMD matrix product of `gemm.as.ts`, and that product for other layers. */
import type { Memory, WasmArray } from '../../../dsp/kernels/memory.js';
import type { Dense } from './dense.js';
import type { Kernels } from '../../kernels/kernels.js';
import type { Rows } from '../../kernels/rows.js';
import type { Batch, Stage } from '../../kernels/stage.js';
import { padded, writePanels } from '../../kernels/weights.js';

/** A matrix and a bias in WebAssembly memory. Columns are in groups (the gates of a recurrent layer), each padded to whole vectors. */
export class MatrixProduct {
  readonly columns: number;
  readonly #depth: number;
  readonly #weights: WasmArray;
  readonly #bias: WasmArray;

  /**
   * @param weights [positions][groups × units]
   * @param positions of the values in an input row of length `depth`; the rest of the row is padding
   * @param bias [groups × units], or undefined for zeros
   */
  constructor(memory: Memory, weights: Float32Array, positions: readonly number[], depth: number, groups: number, units: number, bias: Float32Array | undefined) {
    const width = padded(units);
    this.columns = groups * width;
    this.#depth = depth;
    const columnOf = (column: number): number | undefined => (column % width < units ? Math.floor(column / width) * units + (column % width) : undefined);
    const rowOf = new Map(positions.map((position, index) => [position, index]));
    this.#weights = memory.reserve(depth * this.columns);
    writePanels({
      rows: depth,
      columns: this.columns,
      at: (position, column) => {
        const [row, from] = [rowOf.get(position), columnOf(column)];
        return row === undefined || from === undefined ? 0 : weights[row * groups * units + from]!;
      },
    }, this.#weights.values);
    this.#bias = memory.reserve(this.columns);
    if (bias) this.#bias.values.forEach((_, column, values) => {
      const from = columnOf(column);
      if (from !== undefined) values[column] = bias[from]!;
    });
  }

  /** @param x, y addresses of the first rows */
  run(kernels: Kernels, x: number, rowBytes: number, rows: number, y: number, yRowBytes: number, isRelu = false): void {
    kernels.gemm(x, rowBytes, rows, 1, 0, this.#depth, this.#weights.address, this.columns, this.#bias.address, isRelu ? 0 : -Infinity, y, yRowBytes);
  }
}

export class DenseStage implements Stage {
  readonly #layer: Dense;
  readonly #stride: number;
  readonly #weights: readonly Float32Array[];
  readonly #input: Rows;
  readonly #output: Rows;
  #product!: MatrixProduct;

  /** @param output new rows */
  constructor(layer: Dense, stride: number, weights: readonly Float32Array[], input: Rows, output: Rows) {
    this.#layer = layer;
    this.#stride = stride;
    this.#weights = weights;
    this.#input = input;
    this.#output = output;
    output.append(layer.units);
  }

  reserve(memory: Memory): void {
    const [kernel, bias] = this.#weights;
    this.#product = new MatrixProduct(memory, kernel!, this.#input.positions, this.#input.width, 1, this.#layer.units, bias);
  }

  run({ kernels, streams, columns }: Batch): void {
    const [input, output] = [this.#input, this.#output];
    this.#product.run(kernels, input.address(), input.rowBytes, (streams * columns) / this.#stride, output.address(), output.rowBytes, this.#layer.activation === 'relu');
  }
}
