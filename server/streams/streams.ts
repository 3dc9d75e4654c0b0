/** The running streams: opened, resumed, played from the server's own sources, and drained at the end. */
import { randomBytes } from 'node:crypto';
import { asyncScheduler, Observable, repeat, retry, Subscription, timer, type SchedulerLike } from 'rxjs';
import type { Manifest } from '../../models/manifest.js';
import { MainThreadLoad } from '../shards/thread-load.js';
import type { Log } from '../log.js';
import type { AudioFormat } from '../protocol/audio-format.js';
import { ProtocolError } from '../protocol/errors.js';
import type { Settings } from '../settings.js';
import type { Shards } from '../shards/shards.js';
import type { Source } from '../sources/source.js';
import { Stream, type Identity } from './stream.js';

export interface OpenStreamOptions {
  readonly name?: string | undefined;
  readonly format: AudioFormat;
  readonly topK?: number | undefined;
  readonly spectrogram?: boolean | undefined;
  /** It keeps to the clock by itself: never taken for a file. */
  readonly isPaced?: boolean | undefined;
}

/** A stream and how the server feeds it. */
export interface FedStream {
  readonly stream: Stream;
  /** The bytes must not be changed afterwards; never asks to wait. */
  send(bytes: Uint8Array): void;
}

/** How long a source of the server's own waits before it plays again. */
const REPLAY_AFTER_MS = 1000;

export class Streams {
  readonly manifest: Manifest;
  readonly #shards: Shards;
  readonly #settings: Settings;
  readonly #log: Log;
  readonly #scheduler: SchedulerLike;
  readonly #byId = new Map<string, Stream>();
  readonly #played = new Subscription();
  readonly #mainThread = new MainThreadLoad(() => this.#byId.size);
  #isDraining = false;
  #onEmpty: (() => void) | undefined;

  constructor(shards: Shards, manifest: Manifest, settings: Settings, log: Log, scheduler: SchedulerLike = asyncScheduler) {
    this.manifest = manifest;
    this.#shards = shards;
    this.#settings = settings;
    this.#log = log;
    this.#scheduler = scheduler;
  }

  /** New streams are taken. */
  get isReady(): boolean {
    return !this.#isDraining && this.#shards.isAlive;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  list(): Stream[] {
    return [...this.#byId.values()];
  }

  get(id: string): Stream | undefined {
    return this.#byId.get(id);
  }

  /**
   * Whether a connection may come: while a lost one may come back nobody else is kept out for it.
   * @param coming others that have not said yet what they want
   * @throws ProtocolError `too-many-streams` when the server can't keep one stream more in time
   */
  checkPlace(coming: number): void {
    if (!this.list().some((stream) => stream.isWaiting)) this.#checkLoad(coming + 1);
  }

  /** @throws ProtocolError `too-many-streams`, `going-away` or `internal` */
  open(options: OpenStreamOptions): Stream {
    const clients = this.list().filter((stream) => stream.source === 'client').length;
    if (clients >= this.#settings.maxStreams) {
      throw new ProtocolError('too-many-streams', `All ${this.#settings.maxStreams} places for streams are taken. Try again later.`);
    }
    this.#checkLoad(1);
    const id = randomBytes(8).toString('hex');
    return this.#start({ ...options, id, name: options.name ?? `stream ${id.slice(0, 6)}`, source: 'client' });
  }

  /** @throws ProtocolError `resume-unknown` when no stream of this format waits for the token */
  resume(token: string, format: AudioFormat): Stream {
    const stream = this.list().find((each) => each.source === 'client' && each.resumeToken === token && !each.isEnding);
    if (!stream) {
      throw new ProtocolError('resume-unknown', `No stream waits for this resume token; streams wait ${this.#settings.resumeWindowMs} ms. Start a new one without "resume".`);
    }
    const { encoding, sampleRate, channels } = stream.format;
    if (encoding !== format.encoding || sampleRate !== format.sampleRate || channels !== format.channels) {
      throw new ProtocolError('resume-unknown', `The stream of this resume token is ${encoding}, ${sampleRate} Hz, ${channels} channels. Resume with the same format.`);
    }
    return stream;
  }

  /**
   * A stream that the server feeds itself, with all labels and its picture. It is the operator's
   * own: no load keeps it out.
   * @throws ProtocolError `going-away`, `conflict` or `internal`
   */
  feed(who: Omit<Identity, 'source'> & { readonly source: 'demo' | 'station' }): FedStream {
    if (this.#byId.has(who.id)) throw new ProtocolError('conflict', `A stream ${JSON.stringify(who.id)} is running already.`);
    const stream = this.#start({ ...who, topK: this.manifest.labels.length, spectrogram: true, isPaced: true });
    stream.take({ replaced: () => {} });
    // Bytes that come while the shard is behind are left out: nobody can be asked to wait.
    let isBehind = false;
    return {
      stream,
      send: (bytes) => {
        if (isBehind || stream.send(bytes)) return;
        isBehind = true;
        void stream.drained().then(() => (isBehind = false));
      },
    };
  }

  /** Plays a source of the server's own through the same path, again whenever it ends. */
  play({ name, format, bytes$ }: Source, id: 'demo'): void {
    const once$ = new Observable<never>((subscriber) => {
      const { stream, send } = this.feed({ id, name, source: 'demo', format });
      subscriber.add(bytes$.subscribe({
        next: send,
        error: (error: unknown) => {
          stream.end();
          subscriber.error(error);
        },
        complete: () => stream.end(),
      }));
      subscriber.add(stream.messages$.subscribe({ complete: () => subscriber.complete() }));
    });
    this.#played.add(once$.pipe(
      retry({
        delay: (error: unknown) => {
          this.#log.error('the demo station failed and is started again', { reason: String(error) });
          return timer(REPLAY_AFTER_MS, this.#scheduler);
        },
      }),
      repeat({ delay: () => timer(REPLAY_AFTER_MS, this.#scheduler) }),
    ).subscribe());
  }

  /** Takes no more streams, ends all, resolves when each has its summary or the time is over. */
  async drain(timeoutMs: number): Promise<void> {
    this.#isDraining = true;
    this.#mainThread.close();
    const streams = this.list();
    for (const stream of streams) stream.end();
    this.#played.unsubscribe();
    if (this.#byId.size === 0) return;
    await new Promise<void>((resolve) => {
      const timeout = timer(timeoutMs, this.#scheduler).subscribe(() => resolve());
      this.#onEmpty = () => {
        timeout.unsubscribe();
        resolve();
      };
    });
  }

  #checkLoad(more: number): void {
    const load = Math.max(this.#mainThread.estimate(this.#byId.size + more), this.#shards.loadWith(more));
    if (100 * load > this.#settings.maxLoad) {
      throw new ProtocolError('too-many-streams', `The server is as busy as it can be with ${this.#byId.size} streams in time. Try again later.`);
    }
  }

  #start({ format, topK, spectrogram, isPaced, ...who }: OpenStreamOptions & Identity): Stream {
    if (this.#isDraining) throw new ProtocolError('going-away', 'The server is shutting down. Try another, or later.');
    const shard = this.#shards.open({ id: who.id, format, topK, spectrogram, isPaced });
    const stream = new Stream({ ...who, format }, shard, this.manifest, this.#settings.resumeWindowMs, this.#scheduler);
    this.#byId.set(stream.id, stream);
    this.#log.debug('stream opened', { stream: stream.id, name: stream.name, source: stream.source, ...format });
    stream.messages$.subscribe({
      complete: () => {
        this.#byId.delete(stream.id);
        const { durationMs, droppedMs } = stream.info();
        this.#log.debug('stream over', { stream: stream.id, durationMs, droppedMs });
        if (this.#byId.size === 0) this.#onEmpty?.();
      },
    });
    return stream;
  }
}
