/** Weights rounded to 8 bits, to see what that costs (`evaluate --weights int8`): each kernel has a scale for each output; biases stay floats. */
import type { Bundle } from '../model-folder.js';
import { describe, weightValues } from '../network.js';

const LARGEST = 127;

/** @returns a copy of the model whose kernels have at most 255 values for an output */
export function withInt8Weights(bundle: Bundle): Bundle {
  const { layers, frontEnd } = bundle.manifest;
  const weights = bundle.weights.slice();
  const described = describe(layers, frontEnd.bands).layers;
  weightValues(described, weights).forEach((values, layer) => values.forEach((kernel, index) => {
    const { shape } = described[layer]!.weights[index]!;
    if (shape.length > 1) roundColumns(kernel, shape.at(-1)!);
  }));
  return { ...bundle, weights };
}

/** @param kernel [inputs × outputs] */
function roundColumns(kernel: Float32Array, outputs: number): void {
  for (let output = 0; output < outputs; output++) {
    let largest = 0;
    for (let at = output; at < kernel.length; at += outputs) largest = Math.max(largest, Math.abs(kernel[at]!));
    const scale = largest / LARGEST || 1;
    for (let at = output; at < kernel.length; at += outputs) kernel[at] = Math.round(kernel[at]! / scale) * scale;
  }
}
