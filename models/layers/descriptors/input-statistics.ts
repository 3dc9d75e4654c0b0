/**
 * Running mean and standard deviation (as in `statistics.ts`) of every band of the network's input
 * and of its absolute change from column to column. The level of a band over a few seconds and its
 * change alone are strong genre features.
 */
import { descriptorLayer, type Descriptor, type RunningDescriptor } from './descriptor.js';
import { EPSILON } from '../statistics/statistics.js';

export interface InputStatistics {
  readonly type: 'inputStatistics';
  /** Time constant of the running mean, in the network's input columns; more than 1. */
  readonly memoryColumns: number;
}

/** State: total weight; weighted sums of levels, of changes, of squared levels, of squared changes; the last column. */
class BandStatistics implements RunningDescriptor {
  readonly #bands: number;
  readonly #alpha: number;

  constructor({ memoryColumns }: InputStatistics, bands: number) {
    this.#bands = bands;
    this.#alpha = 1 / memoryColumns;
  }

  update(input: Float32Array, start: number, state: Float32Array): void {
    const bands = this.#bands;
    const alpha = this.#alpha;
    const isFirst = state[0] === 0;
    state[0]! += alpha * (1 - state[0]!);
    const last = 1 + 4 * bands;
    for (let band = 0; band < bands; band++) {
      const level = input[start + band]!;
      const change = isFirst ? 0 : Math.abs(level - state[last + band]!);
      state[last + band] = level;
      const at = 1 + band;
      state[at]! += alpha * (level - state[at]!);
      state[at + bands]! += alpha * (change - state[at + bands]!);
      state[at + 2 * bands]! += alpha * (level * level - state[at + 2 * bands]!);
      state[at + 3 * bands]! += alpha * (change * change - state[at + 3 * bands]!);
    }
  }

  write(state: Float32Array, out: Float32Array, start: number): void {
    const count = 2 * this.#bands;
    const scale = 1 / state[0]!;
    for (let index = 0; index < count; index++) {
      const mean = scale * state[1 + index]!;
      out[start + index] = mean;
      out[start + count + index] = Math.sqrt(Math.max(0, scale * state[1 + count + index]! - mean * mean) + EPSILON);
    }
  }
}

export const inputStatisticsDescriptor: Descriptor<InputStatistics> = {
  values: (_, bands) => 4 * bands,
  stateLength: (_, bands) => 1 + 5 * bands,
  multiplyAdds: (_, bands) => 8 * bands,
  create: (layer, bands) => new BandStatistics(layer, bands),
};

export const inputStatistics = descriptorLayer(inputStatisticsDescriptor);
