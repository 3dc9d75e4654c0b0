/** Starts TensorFlow.js on one of its backends. Loaded only when a backend is needed: it costs 0.2 s. */
import * as tf from '@tensorflow/tfjs-core';
import { registerSlice } from './slice-kernel.js';

/** @throws Error if the WebAssembly backend does not start */
export async function startWasm(): Promise<void> {
  await import('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend('wasm'))) throw new Error('The WebAssembly backend did not start.');
  registerSlice();
}

/** @returns why the native backend can't be used; undefined when it runs */
export async function startNative(): Promise<string | undefined> {
  try {
    // In a variable, so that bundlers and type checkers don't resolve it: the package is optional.
    const native: string = '@tensorflow/tfjs-node';
    await import(native);
    if (!(await tf.setBackend('tensorflow'))) return 'TensorFlow.js did not accept it';
    // On some versions of Node it loads but fails at the first operation.
    tf.tidy(() => tf.add(tf.tensor1d([1]), 1).dataSync());
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
}
