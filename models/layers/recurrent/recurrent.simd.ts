/** `gru.ts` and `lstm.ts` on `models/layers/recurrent/recurrent.as.ts`. */
import type { Memory, WasmArray } from '../../../dsp/kernels/memory.js';
import type { Gru } from './gru.js';
import type { Lstm } from './lstm.js';
import { Product } from '../dense/dense.simd.js';
import type { Rows } from '../../kernels/rows.js';
import type { Slots } from '../../kernels/state-slots.js';
import type { Batch, Stage } from '../../kernels/stage.js';
import { padded } from '../../kernels/weights.js';

export class RecurrentStage implements Stage {
  readonly #layer: Gru | Lstm;
  readonly #stride: number;
  readonly #weights: readonly Float32Array[];
  readonly #input: Rows;
  /** Positions and width of the input, before the layer's own values were put beside them. */
  readonly #given: { readonly positions: readonly number[]; readonly width: number };
  readonly #output: Rows;
  readonly #outputAt: number;
  /** Where h lies in a slot, and c of an LSTM, bytes. */
  readonly #slotAt: readonly number[];
  #ofInput!: Product;
  #ofState!: Product;
  #inputGates!: WasmArray;
  #stateGates!: WasmArray;

  /** @param output the input's rows where the layer keeps its input, else new ones */
  constructor(layer: Gru | Lstm, stride: number, weights: readonly Float32Array[], input: Rows, output: Rows, slots: Slots) {
    this.#layer = layer;
    this.#stride = stride;
    this.#weights = weights;
    this.#input = input;
    this.#given = { positions: [...input.positions], width: input.width };
    this.#output = output;
    this.#outputAt = 4 * output.append(layer.units);
    this.#slotAt = (layer.type === 'gru' ? ['h'] : ['h', 'c']).map(() => 4 * slots.append(1, layer.units, true));
  }

  reserve(memory: Memory, { streams, columns }: { streams: number; columns: number }): void {
    const { type, units } = this.#layer;
    const gates = type === 'gru' ? 3 : 4;
    const [kernel, recurrentKernel, bias, recurrentBias] = this.#weights;
    const own = Array.from({ length: units }, (_, unit) => unit);
    this.#ofInput = new Product(memory, kernel!, this.#given.positions, this.#given.width, gates, units, bias);
    this.#ofState = new Product(memory, recurrentKernel!, own, padded(units), gates, units, recurrentBias);
    this.#inputGates = memory.reserve((columns / this.#stride) * streams * gates * padded(units));
    this.#stateGates = memory.reserve(streams * gates * padded(units));
  }

  run({ kernels, streams, slots, columns: given }: Batch): void {
    const units = padded(this.#layer.units);
    const columns = given / this.#stride;
    const [input, output] = [this.#input, this.#output];
    const gateBytes = 4 * this.#ofInput.columns;
    this.#ofInput.run(kernels, input.address(), input.rowBytes, columns * streams, this.#inputGates.address, gateBytes);
    const [h, c] = this.#slotAt.map((at) => slots.address + at);
    for (let column = 0; column < columns; column++) {
      this.#ofState.run(kernels, h!, slots.bytes, streams, this.#stateGates.address, gateBytes);
      const gates = this.#inputGates.address + column * streams * gateBytes;
      const y = output.address() + column * streams * output.rowBytes + this.#outputAt;
      if (c) kernels.lstmGates(gates, this.#stateGates.address, h!, c, slots.bytes, streams, units, y, output.rowBytes);
      else kernels.gruGates(gates, this.#stateGates.address, h!, slots.bytes, streams, units, y, output.rowBytes);
    }
  }
}
