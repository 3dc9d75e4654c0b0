/**
 * The main thread's side of one shard: its worker, its streams, the batching of messages to it, and
 * its restart when it dies. Streams survive their worker: they send `restarted` and continue.
 */
import { Worker } from 'node:worker_threads';
import type { Backend } from '../../models/tensorflow/backend.js';
import { ThreadLoad } from './thread-load.js';
import type { Log } from '../log.js';
import type { ShardMetrics } from './shard-metrics.js';
import { CommandBatch, PROGRESS_WIDTH, type FromShard, type ShardStart } from './shard-messages.js';
import { LinkedStream, type OpenOptions } from './shard-stream.js';
import { encodeMessage } from '../protocol/encoded-message.js';

/** Delay before posting to the shard, so that several chunks share one postMessage, which costs as much as copying many chunks. Too short to be noticed as lag. */
const POST_DELAY_MS = 20;

/**
 * Size of V8's young generation in a shard. A shard's objects live for about one block; with the
 * default size the small old generation fills first, and the whole heap is marked four times a second.
 */
const YOUNG_GENERATION_MB = 12;

/** Share of a thread that one of many streams takes; an estimate until it is update. */
const ESTIMATED_COST = 0.0015;

/** State of the worker. `waiting`: for the next restart; `given-up`: it died too often. */
type State = 'starting' | 'running' | 'waiting' | 'given-up' | 'closed';

export class ShardLink {
  /** Its number among all shards of the server. */
  readonly index: number;
  /** Called after each stream that has ended or left. */
  onRemoved: () => void = () => {};
  readonly #start: ShardStart;
  readonly #log: Log;
  readonly #streams = new Map<number, LinkedStream>();
  #state: State = 'starting';
  #worker: Worker | undefined;
  #outgoing = new CommandBatch();
  #posting: NodeJS.Timeout | undefined;
  #restarting: NodeJS.Timeout | undefined;
  #deathsMs: number[] = [];
  #deaths = 0;
  #nextKey = 1;
  readonly #load = new ThreadLoad(ESTIMATED_COST);
  #metrics: ShardMetrics | undefined;

  constructor(index: number, start: ShardStart, log: Log) {
    this.index = index;
    this.#start = start;
    this.#log = log;
  }

  get streams(): number {
    return this.#streams.size;
  }

  /** Estimated share of its thread taken by its streams and `more` new ones; may exceed 1. */
  loadWith(more: number): number {
    return this.#load.estimate(this.#streams.size + more);
  }

  /** Latest metrics of the worker; undefined during its first second of work. */
  get metrics(): ShardMetrics | undefined {
    return this.#metrics;
  }

  /** Audio sent to the worker and not yet scored. */
  get unscoredBytes(): number {
    let bytes = 0;
    for (const stream of this.#streams.values()) bytes += stream.unscoredBytes;
    return bytes;
  }

  /** How often its worker died. */
  get deaths(): number {
    return this.#deaths;
  }

  get isGivenUp(): boolean {
    return this.#state === 'given-up';
  }

  get maxBufferedBytes(): number {
    return this.#start.settings.maxBufferedBytes;
  }

  /**
   * Starts the worker for the first time.
   * @throws Error with the reason when it can't start
   */
  start(): Promise<Backend> {
    return this.#launch();
  }

  open(options: OpenOptions): LinkedStream {
    const stream = new LinkedStream(this, this.#nextKey++, options);
    this.#streams.set(stream.key, stream);
    return stream;
  }

  /** Ends the worker; streams still running complete without a summary. */
  async close(): Promise<void> {
    this.#state = 'closed';
    clearTimeout(this.#posting);
    clearTimeout(this.#restarting);
    for (const stream of [...this.#streams.values()]) stream.close();
    await this.#worker?.terminate();
  }

  rekey(stream: LinkedStream): number {
    this.#streams.delete(stream.key);
    return this.add(stream);
  }

  add(stream: LinkedStream): number {
    const key = this.#nextKey++;
    this.#streams.set(key, stream);
    return key;
  }

  remove(stream: LinkedStream): void {
    this.#streams.delete(stream.key);
    this.onRemoved();
  }

  /** The batch of commands that will be posted after `POST_DELAY_MS`. */
  outgoing(): CommandBatch {
    this.#posting ??= setTimeout(() => this.#post(), POST_DELAY_MS);
    return this.#outgoing;
  }

  #post(): void {
    clearTimeout(this.#posting);
    this.#posting = undefined;
    if (this.#state !== 'running' || this.#outgoing.isEmpty) return;
    const [message, transfer] = this.#outgoing.pack();
    this.#outgoing = new CommandBatch();
    this.#worker!.postMessage(message, transfer);
  }

  /** Resolves when the worker is ready; if it dies later, `#handleDeath` is called. */
  #launch(): Promise<Backend> {
    this.#state = 'starting';
    const worker = new Worker(new URL('./shard.js', import.meta.url), { workerData: this.#start, name: `shard-${this.index}`, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB } });
    this.#worker = worker;
    return new Promise((resolve, reject) => {
      let reason: Error | undefined;
      worker.on('message', (message: FromShard) => {
        switch (message.type) {
          case 'ready':
            this.#state = 'running';
            this.#post();
            resolve(message.backend);
            break;
          case 'failed':
            reason = new Error(message.reason);
            void worker.terminate();
            break;
          case 'fault':
            this.#log.error('a shard failed on a stream', { shard: this.index, reason: message.reason });
            break;
          case 'output':
            this.#deliver(message);
        }
      });
      worker.on('error', (error) => (reason = error));
      worker.once('exit', (exitCode) => {
        const error = reason ?? new Error(`shard ${this.index} ended with exit code ${exitCode}`);
        if (this.#state === 'starting' || this.#state === 'closed') reject(error);
        else this.#handleDeath(error);
      });
    });
  }

  #deliver({ keys, messages, progress, metrics }: Extract<FromShard, { type: 'output' }>): void {
    if (metrics) {
      this.#metrics = metrics;
      this.#load.update(metrics.load, this.#streams.size);
    }
    for (let row = 0; row < progress.length; row += PROGRESS_WIDTH) {
      this.#streams.get(progress[row]!)?.updateProgress(progress[row + 1]!, {
        seq: progress[row + 2]!, scoredMs: progress[row + 3]!, droppedMs: progress[row + 4]!, clippedSamples: progress[row + 5]!, badPackets: progress[row + 6]!,
      });
    }
    for (let index = 0; index < keys.length; index++) this.#streams.get(keys[index]!)?.deliver(messages[index]!);
  }

  /** The worker died: its streams continue in a new one, unless it died too often. */
  #handleDeath(error: Error): void {
    const { restartLimit, restartWindowMs, restartDelayMs } = this.#start.settings;
    const nowMs = performance.now();
    this.#deaths++;
    this.#deathsMs = [...this.#deathsMs.filter((atMs) => nowMs - atMs < restartWindowMs), nowMs];
    const deaths = this.#deathsMs.length;
    if (deaths > restartLimit) {
      this.#state = 'given-up';
      this.#log.error('a shard died too often and is given up', { shard: this.index, reason: error.message });
      const failure = encodeMessage({ type: 'error', code: 'internal', message: 'The part of the server that scored this stream has failed permanently. Connect again.' });
      for (const stream of [...this.#streams.values()]) stream.deliver(failure);
      return;
    }
    const delayMs = restartDelayMs * 2 ** (deaths - 1);
    this.#log.warn('a shard died and is started again', { shard: this.index, reason: error.message, delayMs });
    this.#state = 'waiting';
    this.#outgoing = new CommandBatch();
    this.#metrics = undefined;
    for (const stream of [...this.#streams.values()]) stream.restart();
    this.#restarting = setTimeout(() => {
      this.#launch().catch((launchError: Error) => {
        if (this.#state !== 'closed') this.#handleDeath(launchError);
      });
    }, delayMs);
  }
}
