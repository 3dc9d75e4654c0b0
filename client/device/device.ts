/** `device.js`: what pages load when sound is to be classified in the browser. */
import { deviceSocket } from './device-socket.js';
import { openInWorker } from './worker-stream.js';

export { LocalClassifier, type LocalClassifierOptions } from './local-classifier.js';
export type { ModelFile } from './model-cache.js';

/** In place of the platform's WebSocket, for what takes one. */
export const DeviceSocket = deviceSocket(openInWorker());
