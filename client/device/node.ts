/** `LocalClassifier` in Node: in the thread that uses it; the engine is loaded with the first stream. */
import { fileURLToPath } from 'node:url';
import { GenreClient } from '../sdk/client.js';
import type { DeviceEngine } from './device-engine.js';
import { clientOptions, type LocalClassifierOptions } from './local-classifier.js';
import { openInThread } from './thread-stream.js';

const DEFAULT_MODEL = fileURLToPath(new URL('../../../models/genre-v2', import.meta.url));

/** By folder: streams of the same model share an engine, and so its steps. */
const engines = new Map<string, Promise<DeviceEngine>>();

async function load(folder: string): Promise<DeviceEngine> {
  const [{ loadBundle }, { DeviceEngine }] = await Promise.all([import('../../models/model-folder.js'), import('./device-engine.js')]);
  return new DeviceEngine(await loadBundle(folder));
}

function engineOf(folder: string): Promise<DeviceEngine> {
  const known = engines.get(folder) ?? load(folder);
  engines.set(folder, known);
  known.catch(() => engines.delete(folder));
  return known;
}

export class LocalClassifier extends GenreClient {
  /** @throws Error if `model` is no folder's name */
  constructor({ model = DEFAULT_MODEL, ...options }: LocalClassifierOptions) {
    if (typeof model !== 'string') throw new Error('In Node a model is its folder.');
    super(clientOptions(options, openInThread(() => engineOf(model))));
  }
}
