/**
 * The main thread's side of one shard: its worker, the streams in it, the mail of each tick, and
 * its restart when it dies. Streams outlive their worker: they are told and go on.
 */
import { Worker } from 'node:worker_threads';
import { Subject, type Observable } from 'rxjs';
import type { Backend } from '../models/backend.js';
import { macrotask } from './engine.js';
import { Log } from './log.js';
import type { AudioFormat } from './protocol.js';
import { Outgoing, PROGRESS_WIDTH, type FromShard, type ShardStart } from './shard-mail.js';
import { message, type Message } from './telling.js';

export interface OpenOptions {
  readonly id: string;
  readonly format: AudioFormat;
  /** Labels in each prediction; 5 unless set. */
  readonly topK?: number | undefined;
  /** Whether `columns` messages come too. */
  readonly spectrogram?: boolean | undefined;
}

/** A stream as the main thread holds it: bytes in, messages out. */
export interface ShardStream {
  readonly id: string;
  /**
   * The bytes must not be changed afterwards.
   * @returns false when more than the limit is unscored: wait for `drained()`
   */
  send(bytes: Uint8Array): boolean;
  /** Resolves when half of the limit is free again, or the stream is over. */
  drained(): Promise<void>;
  /** No more audio: the rest is scored, `summary` follows, then `messages$` completes. */
  end(): void;
  /** Gives up at once; `messages$` completes without a summary. */
  close(): void;
  /** Hot. Completes after `summary` or `error`. */
  readonly messages$: Observable<Message>;
}

class LinkedStream implements ShardStream {
  readonly id: string;
  readonly key: number;
  readonly messages$ = new Subject<Message>();
  readonly #link: ShardLink;
  readonly #options: OpenOptions;
  #sentBytes = 0;
  #consumedBytes = 0;
  /** Bytes sent to workers that died: the present one counts from there. */
  #lostBytes = 0;
  #from = { seq: 0, scoredMs: 0, droppedMs: 0 };
  #waiting: (() => void)[] = [];
  #isEnded = false;
  #isOver = false;

  constructor(link: ShardLink, key: number, options: OpenOptions) {
    this.id = options.id;
    this.key = key;
    this.#link = link;
    this.#options = options;
    this.#open(0);
  }

  send(bytes: Uint8Array): boolean {
    if (this.#isEnded || this.#isOver) return true;
    this.#sentBytes += bytes.length;
    this.#link.outgoing().audio(this.key, bytes, macrotask.now());
    return this.#unscoredBytes <= this.#link.maxBufferedBytes;
  }

  drained(): Promise<void> {
    if (this.#isOver || this.#unscoredBytes <= this.#link.maxBufferedBytes) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  end(): void {
    if (this.#isEnded || this.#isOver) return;
    this.#isEnded = true;
    this.#link.outgoing().end(this.key);
  }

  close(): void {
    if (this.#isOver) return;
    this.#link.outgoing().close(this.key);
    this.#finish();
  }

  tell(told: Message): void {
    if (this.#isOver) return;
    this.messages$.next(told);
    if (told.type === 'summary' || told.type === 'error') this.#finish();
  }

  moveOn(consumedBytes: number, seq: number, scoredMs: number, droppedMs: number): void {
    this.#consumedBytes = this.#lostBytes + consumedBytes;
    this.#from = { seq, scoredMs, droppedMs };
    if (this.#unscoredBytes <= this.#link.maxBufferedBytes / 2) this.#release();
  }

  /** The worker died: what it had not scored is lost; the rest goes to the next one. */
  restart(): void {
    const { encoding, channels, sampleRate } = this.#options.format;
    const { seq, scoredMs, droppedMs } = this.#from;
    let skipBytes = 0;
    let fromMs = scoredMs;
    if (encoding !== 'opus') {
      const frameBytes = channels * (encoding === 's16le' ? 2 : 4);
      skipBytes = (frameBytes - (this.#sentBytes % frameBytes)) % frameBytes;
      fromMs = (1000 * (this.#sentBytes + skipBytes)) / frameBytes / sampleRate;
    }
    this.#from = { seq, scoredMs: fromMs, droppedMs: droppedMs + Math.max(0, fromMs - scoredMs) };
    this.#lostBytes = this.#consumedBytes = this.#sentBytes;
    this.messages$.next(message({ type: 'restarted', atMs: Math.round(fromMs * 10) / 10 }));
    this.#open(skipBytes);
    if (this.#isEnded) this.#link.outgoing().end(this.key);
    this.#release();
  }

  get #unscoredBytes(): number {
    return this.#sentBytes - this.#consumedBytes;
  }

  #open(skipBytes: number): void {
    const { format, topK, spectrogram } = this.#options;
    this.#link.outgoing().open(this.key, { format, topK, spectrogram, from: this.#from, skipBytes });
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #finish(): void {
    this.#isOver = true;
    this.#link.forget(this);
    this.#release();
    this.messages$.complete();
  }
}

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
  #posting: NodeJS.Immediate | undefined;
  #restarting: NodeJS.Timeout | undefined;
  #deathsMs: number[] = [];
  #nextKey = 1;

  constructor(index: number, start: ShardStart, log: Log) {
    this.#index = index;
    this.#start = start;
    this.#log = log;
  }

  get streams(): number {
    return this.#streams.size;
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
    clearImmediate(this.#posting);
    clearTimeout(this.#restarting);
    for (const stream of [...this.#streams.values()]) stream.close();
    await this.#worker?.terminate();
  }

  forget(stream: LinkedStream): void {
    this.#streams.delete(stream.key);
  }

  /** The mail of this tick; it goes out when the tick is over. */
  outgoing(): Outgoing {
    this.#posting ??= setImmediate(() => {
      this.#posting = undefined;
      this.#post();
    });
    return this.#outgoing;
  }

  #post(): void {
    if (this.#state !== 'running' || this.#outgoing.isEmpty) return;
    const [mail, transfer] = this.#outgoing.pack();
    this.#outgoing = new Outgoing();
    this.#worker!.postMessage(mail, transfer);
  }

  /** Resolves when the worker is ready; what kills it later goes to `#bury`. */
  #launch(): Promise<Backend> {
    this.#state = 'starting';
    const worker = new Worker(new URL('./shard.js', import.meta.url), { workerData: this.#start, name: `shard-${this.#index}` });
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

  #deliver({ keys, messages, progress }: Extract<FromShard, { type: 'told' }>): void {
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
      const refusal = message({ type: 'error', code: 'internal', message: 'The part of the server that scored this stream failed for good. Connect again.' });
      for (const stream of [...this.#streams.values()]) stream.tell(refusal);
      return;
    }
    const delayMs = restartDelayMs * 2 ** (deaths - 1);
    this.#log.warn('a shard died and is started again', { shard: this.#index, reason: error.message, delayMs });
    this.#state = 'waiting';
    this.#outgoing = new Outgoing();
    for (const stream of [...this.#streams.values()]) stream.restart();
    this.#restarting = setTimeout(() => {
      this.#launch().catch((again: Error) => {
        if (this.#state !== 'closed') this.#bury(again);
      });
    }, delayMs);
  }
}
