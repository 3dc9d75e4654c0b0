/** `conv2d.ts` in plain loops. */
import { ScratchBuffer } from '../../../dsp/scratch-buffer.js';
import type { ColumnShape } from '../layer.js';
import type { PlainLayer } from '../plain-layer.js';
import type { Conv2d } from './conv2d.js';

export function plainConv2d({ filters, kernel: [time, mel], pool, poolColumns }: Conv2d, { bands, channels }: ColumnShape, [kernel, bias]: readonly Float32Array[]): PlainLayer {
  const size = bands * channels;
  const pooledBands = Math.floor(bands / pool);
  const side = (mel - 1) / 2;
  const inputs = new ScratchBuffer();
  const outputs = new ScratchBuffer();
  const sums = new Float64Array(filters);

  /** Sums of the products around one cell, in `sums`. */
  const convolve = (x: Float32Array, column: number, band: number): void => {
    for (let filter = 0; filter < filters; filter++) sums[filter] = bias![filter]!;
    for (let dt = 0; dt < time; dt++) {
      for (let dm = 0; dm < mel; dm++) {
        const from = band + dm - side;
        if (from < 0 || from >= bands) continue;
        const cell = (column + dt) * size + from * channels;
        for (let channel = 0; channel < channels; channel++) {
          const value = x[cell + channel]!;
          if (value === 0) continue;
          const at = ((dt * mel + dm) * channels + channel) * filters;
          for (let filter = 0; filter < filters; filter++) sums[filter] = sums[filter]! + value * kernel![at + filter]!;
        }
      }
    }
  };

  return {
    run: (x, columns, state) => {
      const all = inputs.view(state.length + columns * size);
      all.set(state);
      all.set(x, state.length);
      const out = outputs.view(Math.floor(columns / poolColumns) * pooledBands * filters);
      out.fill(0); // ReLU: nothing is below it
      for (let column = 0; column < columns; column++) {
        for (let band = 0; band < pooledBands * pool; band++) {
          convolve(all, column, band);
          const to = (Math.floor(column / poolColumns) * pooledBands + Math.floor(band / pool)) * filters;
          for (let filter = 0; filter < filters; filter++) if (sums[filter]! > out[to + filter]!) out[to + filter] = sums[filter]!;
        }
      }
      state.set(all.subarray(all.length - state.length));
      return out;
    },
  };
}
