/**
 * The main thread's side of one shard: its worker, the streams in it, the mail of each tick, and
 * its restart when it dies. Streams outlive their worker: they are told and go on.
 */
import { Worker } from 'node:worker_threads';
import type { Backend } from '../../models/tensorflow/backend.js';
import { ThreadLoad } from './thread-load.js';
import type { Log } from '../log.js';
import type { ShardMetrics } from './shard-metrics.js';
import { Outgoing, PROGRESS_WIDTH, type FromShard, type ShardStart } from './shard-mail.js';
import { LinkedStream, type OpenOptions, type ShardStream } from './shard-stream.js';
import { encodeMessage } from '../protocol/encoded-message.js';

/** Mail waits this long for more: to pass one message costs as much as to copy many chunks. A tenth of what a person hears as late. */
const MAIL_EVERY_MS = 20;

/**
 * Room for new objects in a shard. What a shard makes lives for a block; with V8's usual room it is
 * the small old generation that fills first, and all of the heap is marked four times a second.
 */
const YOUNG_MB = 6;

/** Share of a thread that a stream of many takes; only until it is measured. */
const USUAL_COST = 0.0015;

/** How the life of a worker ends: it is closed, or given up after too many deaths. */
type State = 'starting' | 'running' | 'waiting' | 'given-up' | 'closed';

export class ShardLink {
  readonly #index: number;
  readonly #start: ShardStart;
  readonly #log: Log;
  readonly #streams = new Map<number, LinkedStream>();
  #state: State = 'starting';
  #worker: Worker | undefined;
  #outgoing = new Outgoing();
  #posting: NodeJS.Timeout | undefined;
  #restarting: NodeJS.Timeout | undefined;
  #deathsMs: number[] = [];
  #nextKey = 1;
  readonly #load = new ThreadLoad(USUAL_COST);
  #metrics: ShardMetrics | undefined;

  constructor(index: number, start: ShardStart, log: Log) {
    this.#index = index;
    this.#start = start;
    this.#log = log;
  }

  get streams(): number {
    return this.#streams.size;
  }

  /** The share of its thread that its streams and so many more take, 0 to 1 and more. */
  loadWith(more: number): number {
    return this.#load.with(this.#streams.size + more);
  }

  /** What its worker told last; undefined before the first second of work. */
  get metrics(): ShardMetrics | undefined {
    return this.#metrics;
  }

  /** Audio that was sent to it and is not yet scored. */
  get unscoredBytes(): number {
    let bytes = 0;
    for (const stream of this.#streams.values()) bytes += stream.unscoredBytes;
    return bytes;
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

  open(options: OpenOptions): ShardStream {
    const stream = new LinkedStream(this, this.#nextKey++, options);
    this.#streams.set(stream.key, stream);
    return stream;
  }

  /** Ends the worker; streams that still run complete without a summary. */
  async close(): Promise<void> {
    this.#state = 'closed';
    clearTimeout(this.#posting);
    clearTimeout(this.#restarting);
    for (const stream of [...this.#streams.values()]) stream.close();
    await this.#worker?.terminate();
  }

  rekey(stream: LinkedStream): number {
    this.#streams.delete(stream.key);
    const key = this.#nextKey++;
    this.#streams.set(key, stream);
    return key;
  }

  forget(stream: LinkedStream): void {
    this.#streams.delete(stream.key);
  }

  /** The mail of this tick; it goes out when the tick is over. */
  outgoing(): Outgoing {
    this.#posting ??= setTimeout(() => this.#post(), MAIL_EVERY_MS);
    return this.#outgoing;
  }

  #post(): void {
    clearTimeout(this.#posting);
    this.#posting = undefined;
    if (this.#state !== 'running' || this.#outgoing.isEmpty) return;
    const [mail, transfer] = this.#outgoing.pack();
    this.#outgoing = new Outgoing();
    this.#worker!.postMessage(mail, transfer);
  }

  /** Resolves when the worker is ready; what kills it later goes to `#bury`. */
  #launch(): Promise<Backend> {
    this.#state = 'starting';
    const worker = new Worker(new URL('./shard.js', import.meta.url), { workerData: this.#start, name: `shard-${this.#index}`, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    this.#worker = worker;
    return new Promise((resolve, reject) => {
      let reason: Error | undefined;
      worker.on('message', (mail: FromShard) => {
        switch (mail.type) {
          case 'ready':
            this.#state = 'running';
            this.#post();
            resolve(mail.backend);
            break;
          case 'failed':
            reason = new Error(mail.reason);
            void worker.terminate();
            break;
          case 'fault':
            this.#log.error('a shard failed on a stream', { shard: this.#index, reason: mail.reason });
            break;
          case 'told':
            this.#deliver(mail);
        }
      });
      worker.on('error', (error) => (reason = error));
      worker.once('exit', (exitCode) => {
        const error = reason ?? new Error(`shard ${this.#index} ended with exit code ${exitCode}`);
        if (this.#state === 'starting' || this.#state === 'closed') reject(error);
        else this.#bury(error);
      });
    });
  }

  #deliver({ keys, messages, progress, metrics }: Extract<FromShard, { type: 'told' }>): void {
    if (metrics) {
      this.#metrics = metrics;
      this.#load.measured(metrics.load, this.#streams.size);
    }
    for (let row = 0; row < progress.length; row += PROGRESS_WIDTH) {
      this.#streams.get(progress[row]!)?.moveOn(progress[row + 1]!, progress[row + 2]!, progress[row + 3]!, progress[row + 4]!);
    }
    for (let index = 0; index < keys.length; index++) this.#streams.get(keys[index]!)?.tell(messages[index]!);
  }

  /** A worker died: its streams are told, and go on in a new one unless that happens too often. */
  #bury(error: Error): void {
    const { restartLimit, restartWindowMs, restartDelayMs } = this.#start.settings;
    const nowMs = performance.now();
    this.#deathsMs = [...this.#deathsMs.filter((atMs) => nowMs - atMs < restartWindowMs), nowMs];
    const deaths = this.#deathsMs.length;
    if (deaths > restartLimit) {
      this.#state = 'given-up';
      this.#log.error('a shard died too often and is given up', { shard: this.#index, reason: error.message });
      const refusal = encodeMessage({ type: 'error', code: 'internal', message: 'The part of the server that scored this stream failed for good. Connect again.' });
      for (const stream of [...this.#streams.values()]) stream.tell(refusal);
      return;
    }
    const delayMs = restartDelayMs * 2 ** (deaths - 1);
    this.#log.warn('a shard died and is started again', { shard: this.#index, reason: error.message, delayMs });
    this.#state = 'waiting';
    this.#outgoing = new Outgoing();
    this.#metrics = undefined;
    for (const stream of [...this.#streams.values()]) stream.restart();
    this.#restarting = setTimeout(() => {
      this.#launch().catch((again: Error) => {
        if (this.#state !== 'closed') this.#bury(again);
      });
    }, delayMs);
  }
}
