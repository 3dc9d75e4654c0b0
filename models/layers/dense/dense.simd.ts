/** `dense.ts` on the SIMD matrix product of `gemm.as.ts`, and that product for other layers. */
import type { Memory, WasmArray } from '../../../dsp/kernels/memory.js';
import type { Dense } from './dense.js';
import type { Kernels } from '../../kernels/kernels.js';
import type { Rows } from '../../kernels/rows.js';
import type { Batch, Stage } from '../../kernels/stage.js';
import { factorOf, writePanels16 } from '../../kernels/products16.js';
import { padded, writePanels, type Matrix } from '../../kernels/weights.js';

/** What a product in 16 bits needs beside weights and bias. */
interface Quantisation {
  readonly factor: number;
  readonly scales: WasmArray;
  /** The quantised rows, and scratch for four of them. */
  readonly x: WasmArray;
  readonly scratch: WasmArray;
}

/** A matrix and a bias in WebAssembly memory. Columns are in groups (the gates of a recurrent layer), each padded to whole vectors. */
export class MatrixProduct {
  readonly columns: number;
  readonly #depth: number;
  readonly #weights: WasmArray;
  readonly #bias: WasmArray;
  readonly #quantisation: Quantisation | undefined;

  /**
   * @param weights [positions][groups × units]
   * @param positions of the values in an input row of length `depth`; the rest of the row is padding
   * @param bias [groups × units], or undefined for zeros
   * @param inputs for products in 16 bits: the largest magnitude of the input, and the largest number of rows; without it products are of floats
   */
  constructor(memory: Memory, weights: Float32Array, positions: readonly number[], depth: number, groups: number, units: number, bias: Float32Array | undefined, inputs?: { readonly range: number; readonly rows: number }) {
    const width = padded(units);
    this.columns = groups * width;
    this.#depth = depth;
    const columnOf = (column: number): number | undefined => (column % width < units ? Math.floor(column / width) * units + (column % width) : undefined);
    const rowOf = new Map(positions.map((position, index) => [position, index]));
    const matrix: Matrix = {
      rows: depth,
      columns: this.columns,
      at: (position, column) => {
        const [row, from] = [rowOf.get(position), columnOf(column)];
        return row === undefined || from === undefined ? 0 : weights[row * groups * units + from]!;
      },
    };
    this.#weights = memory.reserve((depth * this.columns) / (inputs ? 2 : 1));
    if (inputs) {
      const factor = factorOf(inputs.range);
      const scales = memory.reserve(this.columns);
      writePanels16(matrix, factor, new Int16Array(this.#weights.values.buffer), scales.values);
      this.#quantisation = { factor, scales, x: memory.reserve((padded(inputs.rows) * depth) / 2), scratch: memory.reserve(2 * depth) };
    } else {
      writePanels(matrix, this.#weights.values);
    }
    this.#bias = memory.reserve(this.columns);
    if (bias) this.#bias.values.forEach((_, column, values) => {
      const from = columnOf(column);
      if (from !== undefined) values[column] = bias[from]!;
    });
  }

  /** @param x, y addresses of the first rows; of y whole fours of rows may be written */
  run(kernels: Kernels, x: number, rowBytes: number, rows: number, y: number, yRowBytes: number, isRelu = false): void {
    const floor = isRelu ? 0 : -Infinity;
    if (!this.#quantisation) {
      kernels.gemm(x, rowBytes, rows, 1, 0, this.#depth, this.#weights.address, this.columns, this.#bias.address, floor, y, yRowBytes);
      return;
    }
    const { factor, scales, x: quantised, scratch } = this.#quantisation;
    kernels.quantiseRows(x, rowBytes, rows, this.#depth, factor, scratch.address, quantised.address);
    kernels.gemm16(quantised.address, rows, 1, 0, this.#depth, this.#weights.address, this.columns, scales.address, this.#bias.address, floor, y, yRowBytes);
  }
}

export class DenseStage implements Stage {
  readonly #layer: Dense;
  readonly #stride: number;
  readonly #weights: readonly Float32Array[];
  readonly #input: Rows;
  readonly #output: Rows;
  readonly #range: number | undefined;
  #product!: MatrixProduct;

  /**
   * @param output new rows
   * @param range of the input, for products in 16 bits
   */
  constructor(layer: Dense, stride: number, weights: readonly Float32Array[], input: Rows, output: Rows, range: number | undefined) {
    this.#layer = layer;
    this.#stride = stride;
    this.#weights = weights;
    this.#input = input;
    this.#output = output;
    this.#range = range;
    output.append(layer.units);
  }

  reserve(memory: Memory, { streams, columns }: { readonly streams: number; readonly columns: number }): void {
    const [kernel, bias] = this.#weights;
    const inputs = this.#range === undefined ? undefined : { range: this.#range, rows: (streams * columns) / this.#stride };
    this.#product = new MatrixProduct(memory, kernel!, this.#input.positions, this.#input.width, 1, this.#layer.units, bias, inputs);
  }

  run({ kernels, streams, columns }: Batch): void {
    const [input, output] = [this.#input, this.#output];
    this.#product.run(kernels, input.address(), input.rowBytes, (streams * columns) / this.#stride, output.address(), output.rowBytes, this.#layer.activation === 'relu');
  }
}
