/**
 * Selects the TensorFlow.js backend: native if its library is installed and loads, else WebAssembly.
 * TensorFlow.js itself is imported only when a backend is started.
 */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export type Backend = 'native' | 'wasm';

/**
 * Starts a backend in this thread; later calls have no effect unless they request another one.
 * @param requested by default native, with WebAssembly as the fallback; an explicit `native` has no fallback
 * @throws Error with the reason if the requested backend can't start
 */
export async function startBackend(requested?: Backend): Promise<Backend> {
  const backend = await chooseBackend(requested);
  if (backend === 'wasm') {
    try {
      await (await import('./start-backend.js')).startWasm();
    } catch (error) {
      throw missingPackages(error);
    }
  }
  return backend;
}

/** For networks that the kernels can't do, and for training; the npm package leaves it out for its size. */
const PACKAGES = '@tensorflow/tfjs-core@4.22 @tensorflow/tfjs-backend-wasm@4.22';

/** Says what to install where TensorFlow.js is missing. */
export function missingPackages(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes('@tensorflow/')) return error;
  return new Error(`This network needs TensorFlow.js, which is not installed: npm install ${PACKAGES}`);
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

/** Starts the native backend if its package is installed. @returns why it can't be used; undefined when it runs */
export async function whyNotNative(): Promise<string | undefined> {
  let main: string;
  try {
    main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-node');
  } catch {
    return 'it is not installed';
  }
  // Where the download of its library failed, the package would load all of TensorFlow.js before it says so.
  const folder = join(dirname(main), '..', 'lib');
  if (!hasLibrary(folder)) return `its library is not in ${folder}`;
  return (await import('./start-backend.js')).startNative();
}

/** @param folder has a folder for each version of Node's interface, such as `napi-v8` */
function hasLibrary(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((version) => existsSync(join(folder, version, 'tfjs_binding.node')));
}
