/**
 * A slice kernel for the WebAssembly backend that copies only the slice. The backend's own kernel
 * (4.22) first copies the whole tensor: with many streams, a megabyte of garbage per slice of a state.
 */
import * as tf from '@tensorflow/tfjs-core';

/** The methods of the backend that are used here. */
interface Memory {
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  /** A view into the backend's memory, valid until the next output is made. */
  typedArrayFromHeap(x: tf.TensorInfo): Float32Array;
}

/** Replaces the backend's own kernel, which is still used for strings. Idempotent. */
export function registerSlice(): void {
  const original = tf.getKernel(tf.Slice, 'wasm');
  if (original.kernelFunc === slice) return;
  originalSlice = original.kernelFunc;
  tf.unregisterKernel(tf.Slice, 'wasm');
  tf.registerKernel({ kernelName: tf.Slice, backendName: 'wasm', kernelFunc: slice });
}

let originalSlice: tf.KernelFunc;

function slice(args: Parameters<tf.KernelFunc>[0]): ReturnType<tf.KernelFunc> {
  const { x } = args.inputs as { x: tf.TensorInfo };
  if (x.dtype === 'string') return originalSlice(args);
  const attributes = args.attrs as unknown as { begin: number[]; size: number[] };
  const [begin, size] = tf.slice_util.parseSliceParams(x as tf.Tensor, attributes.begin, attributes.size) as [number[], number[]];
  const memory = args.backend as unknown as Memory;
  const out = memory.makeOutput(size, x.dtype);
  copyRuns(memory.typedArrayFromHeap(x), x.shape, begin, size, memory.typedArrayFromHeap(out));
  return out;
}

/**
 * @param from [shape]
 * @param to receives [size], the part that starts at `begin`
 */
export function copyRuns(from: Float32Array, shape: readonly number[], begin: readonly number[], size: readonly number[], to: Float32Array): void {
  // From the last dimension that is not taken whole on, values are contiguous in both arrays.
  let axis = shape.length - 1;
  while (axis > 0 && size[axis] === shape[axis]) axis--;
  const inner = product(shape, axis + 1);
  const run = inner * (size[axis] ?? 1);
  const index = new Array<number>(Math.max(0, axis)).fill(0); // of the dimensions before
  for (let at = 0; at < to.length; at += run) {
    let offset = 0;
    for (let dimension = 0; dimension < axis; dimension++) offset = (offset + begin[dimension]! + index[dimension]!) * shape[dimension + 1]!;
    const start = (offset + (begin[axis] ?? 0)) * inner;
    to.set(from.subarray(start, start + run), at);
    for (let dimension = axis - 1; dimension >= 0 && ++index[dimension]! === size[dimension]; dimension--) index[dimension] = 0;
  }
}

function product(shape: readonly number[], from: number): number {
  let total = 1;
  for (let dimension = from; dimension < shape.length; dimension++) total *= shape[dimension]!;
  return total;
}
