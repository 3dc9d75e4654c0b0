/** `layers/statistics.ts` on `models/assembly/statistics.ts`. */
import type { Memory, Place } from '../../dsp/simd/memory.js';
import { EPSILON, type Statistics } from '../layers/statistics.js';
import type { Rows } from './rows.js';
import type { Batch, Stage } from './stage.js';

export class StatisticsStage implements Stage {
  readonly #forgetting: number;
  readonly #stride: number;
  readonly #input: Rows;
  readonly #output: Rows;
  readonly #stateAt: number;
  /** [2][width of the input's rows] of one stream: states lie close, and are looked at once. */
  #moments!: Place;

  /**
   * @param output new rows
   * @param stateAt where the layer's state begins in a stream's
   */
  constructor({ memoryColumns }: Statistics, stride: number, input: Rows, output: Rows, stateAt: number) {
    this.#forgetting = 1 / memoryColumns;
    this.#stride = stride;
    this.#input = input;
    this.#output = output;
    this.#stateAt = stateAt;
    const { positions, width } = input;
    output.append(2 * width);
    output.positions.splice(0, Infinity, ...positions, ...positions.map((position) => width + position));
  }

  reserve(memory: Memory): void {
    this.#moments = memory.reserve(2 * this.#input.width);
  }

  run({ kernels, states, first, streams, columns }: Batch): void {
    const [input, output, moments] = [this.#input, this.#output, this.#moments];
    const features = input.positions.length;
    for (let stream = 0; stream < streams; stream++) {
      const state = states[first + stream]!;
      const weightAt = this.#stateAt + 2 * features;
      this.#load(state);
      for (let column = 0; column < columns / this.#stride; column++) {
        const weight = state[weightAt]! += this.#forgetting * (1 - state[weightAt]!);
        const row = column * streams + stream;
        kernels.statistics(input.address() + row * input.rowBytes, input.width, moments.at, this.#forgetting, 1 / weight, EPSILON, output.address() + row * output.rowBytes);
      }
      this.#store(state);
    }
  }

  /** Without zeros between them all features are one run. */
  get #isWhole(): boolean {
    return this.#input.positions.length === this.#input.width;
  }

  #load(state: Float32Array): void {
    const { positions, width } = this.#input;
    const { values } = this.#moments;
    if (this.#isWhole) return values.set(state.subarray(this.#stateAt, this.#stateAt + 2 * width));
    positions.forEach((position, index) => {
      values[position] = state[this.#stateAt + index]!;
      values[width + position] = state[this.#stateAt + positions.length + index]!;
    });
  }

  #store(state: Float32Array): void {
    const { positions, width } = this.#input;
    const { values } = this.#moments;
    if (this.#isWhole) return state.set(values, this.#stateAt);
    positions.forEach((position, index) => {
      state[this.#stateAt + index] = values[position]!;
      state[this.#stateAt + positions.length + index] = values[width + position]!;
    });
  }
}
