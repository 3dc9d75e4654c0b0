/** `dense.ts` in plain loops. */
import { ScratchBuffer } from '../../../dsp/scratch-buffer.js';
import { addProduct, type PlainLayer } from '../plain-layer.js';
import type { Dense } from './dense.js';

export function plainDense({ units, activation }: Dense, [kernel, bias]: readonly Float32Array[]): PlainLayer {
  const outputs = new ScratchBuffer();
  const sums = new Float64Array(units);
  return {
    run: (x, columns) => {
      const values = x.length / columns;
      const out = outputs.view(columns * units);
      for (let column = 0; column < columns; column++) {
        sums.set(bias!);
        addProduct(x.subarray(column * values, (column + 1) * values), kernel!, sums);
        for (let unit = 0; unit < units; unit++) out[column * units + unit] = activation === 'relu' ? Math.max(0, sums[unit]!) : sums[unit]!;
      }
      return out;
    },
  };
}
