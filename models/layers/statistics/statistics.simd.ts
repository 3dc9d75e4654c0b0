/** `statistics.ts` on the SIMD kernel of `statistics.as.ts`. */
import { EPSILON, type Statistics } from './statistics.js';
import type { Rows } from '../../kernels/rows.js';
import type { StateSlots } from '../../kernels/state-slots.js';
import type { Batch, Stage } from '../../kernels/stage.js';

export class StatisticsStage implements Stage {
  readonly #alpha: number;
  readonly #stride: number;
  readonly #input: Rows;
  readonly #output: Rows;
  /** Index in a state slot of the sums, which the sums of squares and the total weight follow. */
  readonly #slotOffset: number;
  readonly #features: number;
  /** Width of the input's rows before later layers appended to them; also the distance from means to deviations in the output. */
  readonly #width: number;
  /** Runs of contiguous features: the first one, its position in a row, and the length. */
  readonly #runs: ReadonlyArray<{ readonly feature: number; readonly at: number; readonly length: number }>;

  /** @param output new rows */
  constructor({ memoryColumns }: Statistics, stride: number, input: Rows, output: Rows, slots: StateSlots) {
    this.#alpha = 1 / memoryColumns;
    this.#stride = stride;
    this.#input = input;
    this.#output = output;
    const { positions, width } = input;
    this.#features = positions.length;
    this.#width = width;
    this.#slotOffset = slots.append(1, 2 * positions.length + 1);
    output.append(2 * width);
    output.positions.splice(0, Infinity, ...positions, ...positions.map((position) => width + position));
    const starts = positions.flatMap((position, feature) => (feature > 0 && positions[feature - 1] === position - 1 ? [] : [feature]));
    this.#runs = starts.map((feature, index) => ({ feature, at: positions[feature]!, length: (starts[index + 1] ?? positions.length) - feature }));
  }

  reserve(): void {}

  run({ kernels, slots, streams, columns }: Batch): void {
    const [input, output, features, alpha] = [this.#input, this.#output, this.#features, this.#alpha];
    const deviations = 4 * this.#width;
    for (let stream = 0; stream < streams; stream++) {
      const slot = (stream * slots.bytes) / 4 + this.#slotOffset;
      const moments = slots.address + 4 * slot;
      const weightAt = slot + 2 * features;
      for (let column = 0; column < columns / this.#stride; column++) {
        const weight = slots.values[weightAt]! += alpha * (1 - slots.values[weightAt]!);
        const row = column * streams + stream;
        const x = input.address() + row * input.rowBytes;
        const y = output.address() + row * output.rowBytes;
        for (const { feature, at, length } of this.#runs) {
          const first = moments + 4 * feature;
          kernels.statistics(x + 4 * at, length, first, first + 4 * features, alpha, 1 / weight, EPSILON, y + 4 * at, y + deviations + 4 * at);
        }
      }
    }
  }
}
