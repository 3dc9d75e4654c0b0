/** All shards; a new stream goes to the shard with the fewest streams. */
import type { Backend } from '../../models/tensorflow/backend.js';
import type { Bundle } from '../../models/model-folder.js';
import { Log } from '../log.js';
import { ProtocolError } from '../protocol/errors.js';
import { withDefaults, type Settings } from '../settings.js';
import { ShardLink } from './shard-link.js';
import type { OpenOptions, ShardStream } from './shard-stream.js';

export type { OpenOptions, ShardStream } from './shard-stream.js';

export interface ShardsOptions {
  readonly bundle: Bundle;
  /** Worker threads, at least 1. */
  readonly shards: number;
  readonly settings?: Partial<Settings>;
  /** Default: native if it loads, else wasm. */
  readonly backend?: Backend | undefined;
  readonly log?: Log;
  /** URL of a module that exports `startClassifier`, instead of `classifier.ts`. */
  readonly classifier?: string;
}

export class Shards {
  /** The backend that all shards run on. */
  readonly backend: Backend;
  readonly #links: readonly ShardLink[];

  private constructor(links: readonly ShardLink[], backend: Backend) {
    this.#links = links;
    this.backend = backend;
  }

  /**
   * Resolves when all shards are ready.
   * @throws Error with the reason when one can't start
   */
  static async start({ bundle, shards, settings, backend, log, classifier }: ShardsOptions): Promise<Shards> {
    const start = {
      bundle,
      settings: withDefaults(settings),
      backend,
      classifier: classifier ?? new URL('./classifier.js', import.meta.url).href,
    };
    const links = Array.from({ length: shards }, (_, index) => new ShardLink(index, start, log ?? new Log('warn')));
    try {
      const backends = await Promise.all(links.map((link) => link.start()));
      return new Shards(links, backends[0]!);
    } catch (error) {
      await Promise.all(links.map((link) => link.close()));
      throw error;
    }
  }

  get size(): number {
    return this.#links.length;
  }

  /** Streams in all shards now. */
  get streams(): number {
    return this.#links.reduce((sum, link) => sum + link.streams, 0);
  }

  /** The shards, for metrics. */
  get links(): readonly ShardLink[] {
    return this.#links;
  }

  /** False when all shards were given up: the server can't score any more. */
  get isAlive(): boolean {
    return this.#alive.length > 0;
  }

  /**
   * Estimated share of a thread that live streams would take on the least loaded shard with `more`
   * new streams; may exceed 1. 0 when all shards were given up, which `open` reports.
   */
  loadWith(more: number): number {
    const alive = this.#alive;
    return alive.length === 0 ? 0 : Math.min(...alive.map((link) => link.loadWith(Math.ceil(more / alive.length))));
  }

  /** @throws ProtocolError `internal` when all shards were given up */
  open(options: OpenOptions): ShardStream {
    const alive = this.#alive;
    if (alive.length === 0) throw new ProtocolError('internal', 'All worker threads of the server have failed. It must be restarted.');
    return alive.reduce((fewest, link) => (link.streams < fewest.streams ? link : fewest)).open(options);
  }

  get #alive(): ShardLink[] {
    return this.#links.filter((link) => !link.isGivenUp);
  }

  async close(): Promise<void> {
    await Promise.all(this.#links.map((link) => link.close()));
  }
}
