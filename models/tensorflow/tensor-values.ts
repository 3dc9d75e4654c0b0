/** Reads the values of tensors without copying where the backend allows it. */
import * as tf from '@tensorflow/tfjs-core';

/** Internals of the WebAssembly backend that its types leave out. */
interface WasmMemory {
  readonly wasm?: { readonly HEAPU8: Uint8Array };
  readonly dataIdMap?: { get(dataId: object): { readonly memoryOffset: number } | undefined };
}

/**
 * The values of a float32 tensor, read-only: on the WebAssembly backend a view of its memory, valid
 * until the next tensor is created. `dataSync` would copy megabytes per second, which loads the
 * garbage collector.
 */
export function tensorValues(tensor: tf.Tensor): Float32Array {
  const { wasm, dataIdMap } = tf.backend() as WasmMemory;
  const offset = wasm && dataIdMap?.get(tensor.dataId)?.memoryOffset;
  return offset === undefined ? tensor.dataSync<'float32'>() : new Float32Array(wasm!.HEAPU8.buffer, offset, tensor.size);
}
