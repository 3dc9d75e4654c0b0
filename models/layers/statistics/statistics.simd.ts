/** `statistics.ts` on `models/layers/statistics/statistics.as.ts`. */
import { EPSILON, type Statistics } from './statistics.js';
import type { Rows } from '../../kernels/rows.js';
import type { Slots } from '../../kernels/state-slots.js';
import type { Batch, Stage } from '../../kernels/stage.js';

export class StatisticsStage implements Stage {
  readonly #forgetting: number;
  readonly #stride: number;
  readonly #input: Rows;
  readonly #output: Rows;
  /** Where sums, sums of squares and the weight of all heard lie in a slot, numbers. */
  readonly #slotAt: number;
  readonly #features: number;
  /** Of the input's rows when this layer came: deviations begin so far behind means. */
  readonly #width: number;
  /** Features that lie side by side: from which one on, where in a row, how many. */
  readonly #runs: ReadonlyArray<{ readonly feature: number; readonly at: number; readonly length: number }>;

  /** @param output new rows */
  constructor({ memoryColumns }: Statistics, stride: number, input: Rows, output: Rows, slots: Slots) {
    this.#forgetting = 1 / memoryColumns;
    this.#stride = stride;
    this.#input = input;
    this.#output = output;
    const { positions, width } = input;
    this.#features = positions.length;
    this.#width = width;
    this.#slotAt = slots.append(1, 2 * positions.length + 1);
    output.append(2 * width);
    output.positions.splice(0, Infinity, ...positions, ...positions.map((position) => width + position));
    const starts = positions.flatMap((position, feature) => (feature > 0 && positions[feature - 1] === position - 1 ? [] : [feature]));
    this.#runs = starts.map((feature, index) => ({ feature, at: positions[feature]!, length: (starts[index + 1] ?? positions.length) - feature }));
  }

  reserve(): void {}

  run({ kernels, slots, streams, columns }: Batch): void {
    const [input, output, features, forgetting] = [this.#input, this.#output, this.#features, this.#forgetting];
    const deviations = 4 * this.#width;
    for (let stream = 0; stream < streams; stream++) {
      const slot = (stream * slots.bytes) / 4 + this.#slotAt;
      const moments = slots.address + 4 * slot;
      const weightAt = slot + 2 * features;
      for (let column = 0; column < columns / this.#stride; column++) {
        const weight = slots.values[weightAt]! += forgetting * (1 - slots.values[weightAt]!);
        const row = column * streams + stream;
        const x = input.address() + row * input.rowBytes;
        const y = output.address() + row * output.rowBytes;
        for (const { feature, at, length } of this.#runs) {
          const first = moments + 4 * feature;
          kernels.statistics(x + 4 * at, length, first, first + 4 * features, forgetting, 1 / weight, EPSILON, y + 4 * at, y + deviations + 4 * at);
        }
      }
    }
  }
}
