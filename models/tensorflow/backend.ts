/**
 * Selects the TensorFlow.js backend: native if its library is installed and loads, else WebAssembly.
 * Both are imported only on demand.
 */
import * as tf from '@tensorflow/tfjs-core';
import { registerSlice } from './slice-kernel.js';

export type Backend = 'native' | 'wasm';

/**
 * Starts a backend in this thread; later calls have no effect unless they request another one.
 * @param requested by default native, with WebAssembly as the fallback; an explicit `native` has no fallback
 * @throws Error with the reason if the requested backend can't start
 */
export async function startBackend(requested?: Backend): Promise<Backend> {
  const backend = await chooseBackend(requested);
  if (backend === 'native') return backend;
  await import('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend('wasm'))) throw new Error('The WebAssembly backend did not start.');
  registerSlice();
  return backend;
}

/**
 * The same without loading the WebAssembly backend, for callers that use `SimdStep` instead.
 * @throws Error with the reason if the native backend is requested and can't start
 */
export async function chooseBackend(requested?: Backend): Promise<Backend> {
  if (requested === 'wasm') return 'wasm';
  const reason = await whyNotNative();
  if (reason === undefined) return 'native';
  if (requested === 'native') {
    throw new Error(`The native backend (@tensorflow/tfjs-node) can't be used: ${reason}. Use the wasm backend.`);
  }
  return 'wasm';
}

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

/** Starts the native backend. @returns why it can't be used; undefined when it runs */
export async function whyNotNative(): Promise<string | undefined> {
  try {
    // In a variable, so that bundlers and type checkers don't resolve it: the package is optional.
    const native: string = '@tensorflow/tfjs-node';
    await import(native);
    if (!(await tf.setBackend('tensorflow'))) return 'TensorFlow.js did not accept it';
    // On some versions of Node it loads but fails at the first operation.
    tf.tidy(() => tf.add(tf.tensor1d([1]), 1).dataSync());
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ERR_MODULE_NOT_FOUND' ? 'it is not installed' : message.split('\n')[0];
  }
}
