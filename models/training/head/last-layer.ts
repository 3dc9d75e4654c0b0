/** Puts fitted outputs into the last layer of a finished model; every other weight stays as it is, byte for byte. */
import type { Bundle } from '../../model-folder.js';
import type { Regression } from './regression.js';

/**
 * @param from index of the first output to replace
 * @param count how many outputs of the model the fitted ones replace; 0 inserts them
 * @returns the weights, and the layers with the changed number of outputs
 */
export function withOutputs({ manifest, weights }: Bundle, { kernel, bias }: Regression, from: number, count: number): { readonly layers: Bundle['manifest']['layers']; readonly weights: Float32Array } {
  const last = manifest.layers.at(-1)!;
  if (last.type !== 'dense' || last.activation !== 'linear') throw new Error('The last layer must be dense and linear.');
  const added = bias.length;
  const width = kernel.length / added;
  const before = last.units;
  const after = before - count + added;
  const start = weights.length - (width + 1) * before;
  const changed = new Float32Array(new SharedArrayBuffer(4 * (start + (width + 1) * after)));
  changed.set(weights.subarray(0, start));
  // Rows of the kernel, then the bias.
  for (let row = 0; row <= width; row++) {
    const own = weights.subarray(start + row * before, start + (row + 1) * before);
    const to = start + row * after;
    changed.set(own.subarray(0, from), to);
    changed.set(row < width ? kernel.subarray(row * added, (row + 1) * added) : bias, to + from);
    changed.set(own.subarray(from + count), to + from + added);
  }
  return { layers: [...manifest.layers.slice(0, -1), { ...last, units: after }], weights: changed };
}
