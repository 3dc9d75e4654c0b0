/** `statistics.ts` in plain loops. */
import { ScratchBuffer } from '../../../dsp/scratch-buffer.js';
import type { PlainLayer } from '../plain-layer.js';
import { EPSILON, type Statistics } from './statistics.js';

export function plainStatistics({ memoryColumns }: Statistics): PlainLayer {
  const alpha = 1 / memoryColumns;
  const outputs = new ScratchBuffer();
  return {
    run: (x, columns, state) => {
      const values = x.length / columns;
      const out = outputs.view(2 * x.length);
      for (let column = 0; column < columns; column++) {
        const weight = state[2 * values] = state[2 * values]! + alpha * (1 - state[2 * values]!);
        for (let index = 0; index < values; index++) {
          const value = x[column * values + index]!;
          const moment = state[index] = state[index]! + alpha * (value - state[index]!);
          const square = state[values + index] = state[values + index]! + alpha * (value * value - state[values + index]!);
          const mean = moment / weight;
          out[2 * column * values + index] = mean;
          out[(2 * column + 1) * values + index] = Math.sqrt(Math.max(0, square / weight - mean * mean) + EPSILON);
        }
      }
      return out;
    },
  };
}
