/** All shards; a new stream goes to the shard with the fewest streams. */
import type { Backend } from '../../models/tensorflow/backend.js';
import type { Bundle } from '../../models/model-folder.js';
import { Log } from '../log.js';
import { ProtocolError } from '../protocol/errors.js';
import { withDefaults, type Settings } from '../settings.js';
import { ShardLink } from './shard-link.js';
import type { LinkedStream, ModelOptions, OpenOptions } from './shard-stream.js';

export type { LinkedStream, ModelOptions, OpenOptions, ShardStream, StreamPosition } from './shard-stream.js';

export interface ShardsOptions {
  readonly bundle: Bundle;
  /** Worker threads, at least 1. */
  readonly shards: number;
  /** Number of the first one among all shards of the server; 0 unless set. */
  readonly firstIndex?: number;
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
  #onIdle: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  private constructor(links: readonly ShardLink[], backend: Backend) {
    this.#links = links;
    this.backend = backend;
    for (const link of links) {
      link.onRemoved = () => {
        if (this.streams === 0) this.#onIdle?.();
      };
    }
  }

  /**
   * Resolves when all shards are ready.
   * @throws Error with the reason when one can't start
   */
  static async start({ bundle, shards, firstIndex = 0, settings, backend, log, classifier }: ShardsOptions): Promise<Shards> {
    const start = {
      bundle,
      settings: withDefaults(settings),
      backend,
      classifier: classifier ?? new URL('./classifier.js', import.meta.url).href,
    };
    const links = Array.from({ length: shards }, (_, index) => new ShardLink(firstIndex + index, start, log ?? new Log('warn')));
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

  /** Estimated share of a thread that the streams take now, mean of all shards. */
  get load(): number {
    const alive = this.#alive;
    return alive.length === 0 ? 0 : alive.reduce((sum, link) => sum + link.loadWith(0), 0) / alive.length;
  }

  /** @throws ProtocolError `internal` when all shards were given up */
  open(options: OpenOptions): LinkedStream {
    return this.#emptiest().open(options);
  }

  /**
   * Takes over a stream of other shards, which continues with its state reset.
   * @throws ProtocolError `internal` when all shards were given up
   */
  adopt(stream: LinkedStream, options: ModelOptions): void {
    stream.moveTo(this.#emptiest(), options);
  }

  #emptiest(): ShardLink {
    const alive = this.#alive;
    if (alive.length === 0) throw new ProtocolError('internal', 'All worker threads of the server have failed. It must be restarted.');
    return alive.reduce((fewest, link) => (link.streams < fewest.streams ? link : fewest));
  }

  get #alive(): ShardLink[] {
    return this.#links.filter((link) => !link.isGivenUp);
  }

  /** Closes them when their last stream has ended; resolves then. */
  retire(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle = () => void this.close().then(resolve);
      // Not at once: whoever waited for these shards in a promise opens its stream first.
      setImmediate(() => {
        if (this.streams === 0) this.#onIdle!();
      });
    });
  }

  /** Streams still running complete without a summary. */
  close(): Promise<void> {
    return this.#closed ??= Promise.all(this.#links.map((link) => link.close())).then(() => {});
  }
}
