/** Descriptor layers in plain loops: appends the descriptor's values to the input of the layer. */
import { ScratchBuffer } from '../../../dsp/scratch-buffer.js';
import type { PlainLayer } from '../plain-layer.js';
import type { Descriptor } from './descriptor.js';

/** @param stride columns of the network's input for each column of the layer's input */
export function plainDescriptor<L extends object>(kind: Descriptor<L>, layer: L, bands: number, stride: number): PlainLayer {
  const descriptor = kind.create(layer, bands);
  const count = kind.values(layer, bands);
  const outputs = new ScratchBuffer();
  return {
    run: (x, columns, state, input) => {
      const values = x.length / columns;
      const width = values + count;
      const out = outputs.view(columns * width);
      for (let column = 0; column < columns; column++) {
        for (let offset = 0; offset < stride; offset++) descriptor.update(input, (column * stride + offset) * bands, state);
        out.set(x.subarray(column * values, (column + 1) * values), column * width);
        descriptor.write(state, out, column * width + values);
      }
      return out;
    },
  };
}
