/**
 * Which TensorFlow.js backend computes: the native one where its library could be installed and
 * loads, else WebAssembly. Both are imported only when asked for.
 */
import * as tf from '@tensorflow/tfjs-core';

export type Backend = 'native' | 'wasm';

/**
 * Starts a backend in this thread; later calls change nothing unless they ask for another one.
 * @param wanted `native` fails where it can't be loaded; without it the native one is only tried
 * @throws Error when the wanted backend can't start, with the reason
 */
export async function startBackend(wanted?: Backend): Promise<Backend> {
  if (wanted !== 'wasm') {
    try {
      // A name that bundlers and type checkers don't follow: the package is optional.
      const native: string = '@tensorflow/tfjs-node';
      await import(native);
      if (await tf.setBackend('tensorflow')) return 'native';
      throw new Error('TensorFlow.js did not accept it');
    } catch (error) {
      if (wanted === 'native') {
        const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
        throw new Error(`The native backend (@tensorflow/tfjs-node) can't be used: ${reason}. Use the wasm backend.`);
      }
    }
  }
  await import('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend('wasm'))) throw new Error('The WebAssembly backend did not start.');
  return 'wasm';
}
