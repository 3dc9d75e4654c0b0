/** `GenreClient` without a server: the same methods, events and messages, classified on this device. */
import { GenreClient, type GenreClientOptions } from '../sdk/client.js';
import { deviceSocket } from './device-socket.js';
import type { OpenDeviceStream } from './device-stream.js';
import type { ModelFile } from './model-cache.js';
import { openInWorker } from './worker-stream.js';

/** The model may have to be fetched over a slow line first. */
const LOAD_TIMEOUT_MS = 120_000;

export interface LocalClassifierOptions extends Omit<GenreClientOptions, 'url' | 'WebSocket'> {
  /** Another model than the one that came with this: in Node its folder, in browsers its compact file. */
  readonly model?: string | ModelFile;
}

/** Options of a `GenreClient` whose server is this device. */
export function clientOptions(options: LocalClassifierOptions, open: OpenDeviceStream): GenreClientOptions {
  return { connectTimeoutMs: LOAD_TIMEOUT_MS, ...options, url: 'ws://device.invalid', WebSocket: deviceSocket(open) };
}

/** In browsers: in a Web Worker. `node.ts` has the one for Node. */
export class LocalClassifier extends GenreClient {
  constructor({ model, ...options }: LocalClassifierOptions) {
    if (typeof model === 'string') throw new Error('In browsers a model is its compact file: { url, sha256 }.');
    super(clientOptions(options, openInWorker(model)));
  }
}
