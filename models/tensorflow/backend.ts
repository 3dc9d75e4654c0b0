/**
 * Which TensorFlow.js backend computes: the native one where its library could be installed and
 * loads, else WebAssembly. Both are imported only when asked for.
 */
import * as tf from '@tensorflow/tfjs-core';
import { registerSlice } from './slice-kernel.js';

export type Backend = 'native' | 'wasm';

/**
 * Starts a backend in this thread; later calls change nothing unless they ask for another one.
 * @param wanted `native` fails where it can't be loaded; without it the native one is only tried
 * @throws Error when the wanted backend can't start, with the reason
 */
export async function startBackend(wanted?: Backend): Promise<Backend> {
  const backend = await chooseBackend(wanted);
  if (backend === 'native') return backend;
  await import('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend('wasm'))) throw new Error('The WebAssembly backend did not start.');
  registerSlice();
  return backend;
}

/**
 * The same, but WebAssembly's is only chosen, not loaded: for who has kernels of its own.
 * @throws Error when the native backend is wanted and can't start, with the reason
 */
export async function chooseBackend(wanted?: Backend): Promise<Backend> {
  if (wanted === 'wasm') return 'wasm';
  const reason = await startNative();
  if (reason === undefined) return 'native';
  if (wanted === 'native') {
    throw new Error(`The native backend (@tensorflow/tfjs-node) can't be used: ${reason}. Use the wasm backend.`);
  }
  return 'wasm';
}

/** What the WebAssembly backend keeps of its tensors; not part of its types. */
interface WasmMemory {
  readonly wasm?: { readonly HEAPU8: Uint8Array };
  readonly dataIdMap?: { get(dataId: object): { readonly memoryOffset: number } | undefined };
}

/**
 * The values of a float32 tensor, to be read at once and not changed: where it can, a view into the
 * backend's own memory, which is valid until the next tensor is made. `dataSync` copies, and copies
 * by the megabyte a second keep the garbage collector busy.
 */
export function valuesOf(tensor: tf.Tensor): Float32Array {
  const { wasm, dataIdMap } = tf.backend() as WasmMemory;
  const offset = wasm && dataIdMap?.get(tensor.dataId)?.memoryOffset;
  return offset === undefined ? tensor.dataSync<'float32'>() : new Float32Array(wasm!.HEAPU8.buffer, offset, tensor.size);
}

/** @returns why the native backend can't be used; undefined when it runs */
async function startNative(): Promise<string | undefined> {
  try {
    // A name that bundlers and type checkers don't follow: the package is optional.
    const native: string = '@tensorflow/tfjs-node';
    await import(native);
    if (!(await tf.setBackend('tensorflow'))) return 'TensorFlow.js did not accept it';
    // On some versions of Node it loads and fails at the first operation.
    tf.tidy(() => tf.add(tf.tensor1d([1]), 1).dataSync());
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ERR_MODULE_NOT_FOUND' ? 'it is not installed' : message.split('\n')[0];
  }
}
