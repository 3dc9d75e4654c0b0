/**
 * Shards of their own for files, started with the first file: what is read as fast as it can be scored shares
 * neither batches nor threads with live streams.
 */
import type { Shards } from '../shards/shards.js';

export class FileShards {
  readonly #start: () => Promise<Shards>;
  #started: Promise<Shards> | undefined;

  /** @param start starts them with `FILE_SHARD_SETTINGS` */
  constructor(start: () => Promise<Shards>) {
    this.#start = start;
  }

  /** Started once; again only after a failure. @throws Error with the reason when they can't start */
  running(): Promise<Shards> {
    return this.#started ??= this.#start().catch((error: unknown) => {
      this.#started = undefined;
      throw error;
    });
  }

  async close(): Promise<void> {
    await this.#started?.then((shards) => shards.close(), () => {});
  }
}
