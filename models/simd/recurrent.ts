/** `layers/gru.ts` and `layers/lstm.ts` on `models/assembly/recurrent.ts`. */
import type { Memory, Place } from '../../dsp/simd/memory.js';
import type { Gru } from '../layers/gru.js';
import type { Lstm } from '../layers/lstm.js';
import { Product } from './dense.js';
import type { Rows } from './rows.js';
import type { Batch, Stage } from './stage.js';
import { padded } from './weights.js';

export class RecurrentStage implements Stage {
  readonly #layer: Gru | Lstm;
  readonly #stride: number;
  readonly #weights: readonly Float32Array[];
  readonly #input: Rows;
  /** Positions and width of the input, before the layer's own values were put beside them. */
  readonly #given: { readonly positions: readonly number[]; readonly width: number };
  readonly #output: Rows;
  readonly #outputAt: number;
  readonly #stateAt: number;
  #ofInput!: Product;
  #ofState!: Product;
  #inputGates!: Place;
  #stateGates!: Place;
  /** [streams][units]: h, and c of an LSTM. */
  #carried!: readonly Place[];

  /**
   * @param output the input's rows where the layer keeps its input, else new ones
   * @param stateAt where the layer's state begins in a stream's
   */
  constructor(layer: Gru | Lstm, stride: number, weights: readonly Float32Array[], input: Rows, output: Rows, stateAt: number) {
    this.#layer = layer;
    this.#stride = stride;
    this.#weights = weights;
    this.#input = input;
    this.#given = { positions: [...input.positions], width: input.width };
    this.#output = output;
    this.#outputAt = 4 * output.append(layer.units);
    this.#stateAt = stateAt;
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
    this.#carried = Array.from({ length: type === 'gru' ? 1 : 2 }, () => memory.reserve(streams * padded(units)));
  }

  run(batch: Batch): void {
    const { kernels, streams } = batch;
    const units = padded(this.#layer.units);
    const columns = batch.columns / this.#stride;
    const [input, output] = [this.#input, this.#output];
    const gateBytes = 4 * this.#ofInput.columns;
    this.#carry(batch, true);
    this.#ofInput.run(kernels, input.address(), input.rowBytes, columns * streams, this.#inputGates.at, gateBytes);
    const [h, c] = this.#carried;
    for (let column = 0; column < columns; column++) {
      this.#ofState.run(kernels, h!.at, 4 * units, streams, this.#stateGates.at, gateBytes);
      const gates = this.#inputGates.at + column * streams * gateBytes;
      const y = output.address() + column * streams * output.rowBytes + this.#outputAt;
      if (c) kernels.lstmGates(gates, this.#stateGates.at, h!.at, c.at, streams, units, y, output.rowBytes);
      else kernels.gruGates(gates, this.#stateGates.at, h!.at, streams, units, y, output.rowBytes);
    }
    this.#carry(batch, false);
  }

  /** The streams' states into memory, or back. */
  #carry({ states, first, streams }: Batch, isBefore: boolean): void {
    const { units } = this.#layer;
    this.#carried.forEach(({ values }, index) => {
      const from = this.#stateAt + index * units;
      for (let stream = 0; stream < streams; stream++) {
        const [state, at] = [states[first + stream]!, stream * padded(units)];
        if (isBefore) values.set(state.subarray(from, from + units), at);
        else state.set(values.subarray(at, at + units), from);
      }
    });
  }
}
