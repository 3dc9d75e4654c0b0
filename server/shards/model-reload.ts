/**
 * Reads the model folder again while the server runs. The new model is checked completely and started in
 * threads of its own before anything is switched; one that cannot be used leaves everything as it is.
 */
import { ModelError, type Bundle } from '../../models/model-folder.js';
import type { Log } from '../log.js';
import { ProtocolError } from '../protocol/errors.js';
import type { ReloadedModel } from '../protocol/messages.js';
import type { ServedModels } from './served-models.js';
import type { Shards } from './shards.js';

export interface ModelReloadOptions {
  readonly models: ServedModels;
  /** @throws ModelError with the reason */
  readonly load: () => Promise<Bundle>;
  /** @throws Error with the reason when they can't start */
  readonly start: (bundle: Bundle, firstIndex: number) => Promise<Shards>;
  /** Most models at once: the newest and those before it that still have streams. */
  readonly maxModels: number;
  readonly log: Log;
  /** Called when new streams get the new model, so that everything else follows; resolves with the stations that it does not suit. */
  readonly onSwitch: () => Promise<readonly string[]>;
}

export class ModelReload {
  readonly #options: ModelReloadOptions;
  #running: Promise<unknown> = Promise.resolve();
  /** Waits for the one that runs; whoever asks meanwhile gets the same. */
  #waiting: Promise<ReloadedModel> | undefined;
  #isClosed = false;

  constructor(options: ModelReloadOptions) {
    this.#options = options;
  }

  /** @throws ProtocolError `bad-model`, `too-many-models` or `going-away`; then the model of before goes on */
  reload(): Promise<ReloadedModel> {
    return this.#waiting ??= this.#next();
  }

  /** Ends without a switch what is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  async #next(): Promise<ReloadedModel> {
    await this.#running;
    this.#waiting = undefined;
    const run = this.#run();
    this.#running = run.catch(() => {}); // the caller gets the failure
    return run;
  }

  async #run(): Promise<ReloadedModel> {
    const { models, log } = this.#options;
    const { name, version } = models.newest.bundle.manifest;
    try {
      const stationsToCheck = await this.#replace();
      const isNew = stationsToCheck !== undefined;
      const now = models.newest.bundle.manifest;
      const { streamsBefore } = models;
      if (isNew) log.info('a new model is in use', { model: `${now.name} ${now.version}`, before: `${name} ${version}`, streamsBefore });
      else log.info('the model was read again and is the one in use', { model: `${name} ${version}` });
      return { name: now.name, version: now.version, isNew, streamsBefore, stationsToCheck: stationsToCheck ?? [] };
    } catch (error) {
      log.warn('no new model was loaded; the one before goes on', { model: `${name} ${version}`, reason: (error as Error).message });
      throw error;
    }
  }

  /** @returns the stations that it does not suit; undefined if there is no new one */
  async #replace(): Promise<readonly string[] | undefined> {
    const { models, load, start, maxModels, onSwitch } = this.#options;
    this.#checkOpen();
    let bundle: Bundle;
    let shards: Shards;
    try {
      bundle = await load();
      const { newest } = models;
      // The manifest has the checksums of the weights.
      if (newest.shards.isAlive && JSON.stringify(bundle.manifest) === JSON.stringify(newest.bundle.manifest)) return undefined;
      if (models.size >= maxModels) throw new ProtocolError('too-many-models', `Streams still go on with as many earlier models as the server keeps (${models.streamsBefore} streams; --max-models ${maxModels}). Try again when they have ended.`);
      this.#checkOpen();
      shards = await start(bundle, models.freeIndex);
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      throw new ProtocolError('bad-model', error instanceof ModelError ? error.message : `The new model can't be started: ${(error as Error).message}`);
    }
    if (this.#isClosed) await shards.close();
    this.#checkOpen();
    models.replace({ bundle, shards });
    return onSwitch();
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new ProtocolError('going-away', 'The server is shutting down.');
  }
}
