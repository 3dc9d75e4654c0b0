/** `device.js`: what pages load when sound is to be classified in the browser. */
import { withSpare } from './spare-worker.js';
import { openInWorker } from './worker-stream.js';

export { LocalClassifier, type LocalClassifierOptions } from './local-classifier.js';
export type { ModelFile } from './model-cache.js';

/**
 * Loads the classifier.
 * @returns a class in place of the platform's WebSocket, for what takes one; rejects with the reason if sound can't be classified here
 */
export const loadDevice = withSpare(openInWorker());
