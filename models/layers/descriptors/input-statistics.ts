/**
 * Running mean and deviation of every band that the network is given, and of how far it moves from
 * column to column, as `statistics.ts` has them. The level of a band over a few seconds and its
 * movement tell much of a genre by themselves.
 */
import { besideLayer, type Listener } from './descriptor.js';
import { EPSILON } from '../statistics/statistics.js';

export interface InputStatistics {
  readonly type: 'inputStatistics';
  /** Time constant of forgetting, in the network's input columns; more than 1. */
  readonly memoryColumns: number;
}

/** State: weight of all heard; sums of levels, of movements, of both squared; the last column. */
class BandStatistics implements Listener {
  readonly #bands: number;
  readonly #forgetting: number;

  constructor({ memoryColumns }: InputStatistics, bands: number) {
    this.#bands = bands;
    this.#forgetting = 1 / memoryColumns;
  }

  hear(sound: Float32Array, start: number, state: Float32Array): void {
    const bands = this.#bands;
    const present = this.#forgetting;
    const isFirst = state[0] === 0;
    state[0]! += present * (1 - state[0]!);
    const last = 1 + 4 * bands;
    for (let band = 0; band < bands; band++) {
      const level = sound[start + band]!;
      const movement = isFirst ? 0 : Math.abs(level - state[last + band]!);
      state[last + band] = level;
      const at = 1 + band;
      state[at]! += present * (level - state[at]!);
      state[at + bands]! += present * (movement - state[at + bands]!);
      state[at + 2 * bands]! += present * (level * level - state[at + 2 * bands]!);
      state[at + 3 * bands]! += present * (movement * movement - state[at + 3 * bands]!);
    }
  }

  tell(state: Float32Array, out: Float32Array, start: number): void {
    const count = 2 * this.#bands;
    const scale = 1 / state[0]!;
    for (let index = 0; index < count; index++) {
      const mean = scale * state[1 + index]!;
      out[start + index] = mean;
      out[start + count + index] = Math.sqrt(Math.max(0, scale * state[1 + count + index]! - mean * mean) + EPSILON);
    }
  }
}

export const inputStatistics = besideLayer<InputStatistics>({
  values: (_, bands) => 4 * bands,
  stateLength: (_, bands) => 1 + 5 * bands,
  multiplyAdds: (_, bands) => 8 * bands,
  listener: (layer, bands) => new BandStatistics(layer, bands),
});
