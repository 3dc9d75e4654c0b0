/** `gru.ts` and `lstm.ts` on the SIMD kernels of `recurrent.as.ts`. */
import type { Memory, WasmArray } from '../../../dsp/kernels/memory.js';
import type { Gru } from './gru.js';
import type { Lstm } from './lstm.js';
import { MatrixProduct } from '../dense/dense.simd.js';
import type { Rows } from '../../kernels/rows.js';
import type { StateSlots } from '../../kernels/state-slots.js';
import type { Batch, Stage } from '../../kernels/stage.js';
import { padded } from '../../kernels/weights.js';

/** h of both layers lies within ± 1. */
const LARGEST_STATE = 1;

export class RecurrentStage implements Stage {
  readonly #layer: Gru | Lstm;
  readonly #stride: number;
  readonly #weights: readonly Float32Array[];
  readonly #input: Rows;
  /** Positions and width of the input, before the layer's output was appended to the same rows. */
  readonly #inputLayout: { readonly positions: readonly number[]; readonly width: number };
  readonly #output: Rows;
  readonly #outputAt: number;
  readonly #range: number | undefined;
  /** Byte offset in a state slot of h, and for an LSTM of c. */
  readonly #slotOffset: readonly number[];
  #inputProduct!: MatrixProduct;
  #stateProduct!: MatrixProduct;
  #inputGates!: WasmArray;
  #stateGates!: WasmArray;

  /**
   * @param output the input's rows if the layer keeps its input, else new ones
   * @param range of the input, for products in 16 bits
   */
  constructor(layer: Gru | Lstm, stride: number, weights: readonly Float32Array[], input: Rows, output: Rows, slots: StateSlots, range: number | undefined) {
    this.#layer = layer;
    this.#stride = stride;
    this.#weights = weights;
    this.#input = input;
    this.#inputLayout = { positions: [...input.positions], width: input.width };
    this.#output = output;
    this.#range = range;
    this.#outputAt = 4 * output.append(layer.units);
    this.#slotOffset = (layer.type === 'gru' ? ['h'] : ['h', 'c']).map(() => 4 * slots.append(1, layer.units, true));
  }

  reserve(memory: Memory, { streams, columns }: { streams: number; columns: number }): void {
    const { type, units } = this.#layer;
    const gates = type === 'gru' ? 3 : 4;
    const [kernel, recurrentKernel, bias, recurrentBias] = this.#weights;
    const statePositions = Array.from({ length: units }, (_, unit) => unit);
    const rows = (columns / this.#stride) * streams;
    const is16 = this.#range !== undefined;
    this.#inputProduct = new MatrixProduct(memory, kernel!, this.#inputLayout.positions, this.#inputLayout.width, gates, units, bias, is16 ? { range: this.#range, rows } : undefined);
    this.#stateProduct = new MatrixProduct(memory, recurrentKernel!, statePositions, padded(units), gates, units, recurrentBias, is16 ? { range: LARGEST_STATE, rows: streams } : undefined);
    this.#inputGates = memory.reserve(padded(rows) * gates * padded(units));
    this.#stateGates = memory.reserve(padded(streams) * gates * padded(units));
  }

  run({ kernels, streams, slots, columns: inputColumns }: Batch): void {
    const units = padded(this.#layer.units);
    const columns = inputColumns / this.#stride;
    const [input, output] = [this.#input, this.#output];
    const gateBytes = 4 * this.#inputProduct.columns;
    this.#inputProduct.run(kernels, input.address(), input.rowBytes, columns * streams, this.#inputGates.address, gateBytes);
    const [h, c] = this.#slotOffset.map((at) => slots.address + at);
    for (let column = 0; column < columns; column++) {
      this.#stateProduct.run(kernels, h!, slots.bytes, streams, this.#stateGates.address, gateBytes);
      const gates = this.#inputGates.address + column * streams * gateBytes;
      const y = output.address() + column * streams * output.rowBytes + this.#outputAt;
      if (c) kernels.lstmGates(gates, this.#stateGates.address, h!, c, slots.bytes, streams, units, y, output.rowBytes);
      else kernels.gruGates(gates, this.#stateGates.address, h!, slots.bytes, streams, units, y, output.rowBytes);
    }
  }
}
