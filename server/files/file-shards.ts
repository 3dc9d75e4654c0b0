/**
 * Shards of their own for files, started with the first file: what is read as fast as it can be scored shares
 * neither batches nor threads with live streams.
 */
import type { Shards } from '../shards/shards.js';

export class FileShards {
  readonly #start: () => Promise<Shards>;
  readonly #before = new Set<Promise<Shards>>();
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

  /** The next files get new ones; those that run end in the ones of before. */
  renew(): void {
    const before = this.#started;
    if (!before) return;
    this.#started = undefined;
    this.#before.add(before);
    void before.then((shards) => shards.retire(), () => {}).then(() => this.#before.delete(before));
  }

  async close(): Promise<void> {
    const all = [...this.#before, ...(this.#started ? [this.#started] : [])];
    await Promise.all(all.map((started) => started.then((shards) => shards.close(), () => {})));
  }
}
