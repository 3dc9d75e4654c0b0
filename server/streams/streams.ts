/** All running streams: opens, resumes and drains them, and feeds those of the server's own sources. */
import { randomBytes } from 'node:crypto';
import { asyncScheduler, Observable, repeat, retry, Subscription, timer, type SchedulerLike } from 'rxjs';
import { blockMs, type Manifest } from '../../models/manifest.js';
import { MainThreadLoad } from '../shards/thread-load.js';
import type { Log } from '../log.js';
import type { AudioFormat } from '../protocol/audio-format.js';
import { ProtocolError } from '../protocol/errors.js';
import type { Settings } from '../settings.js';
import type { ServedModels } from '../shards/served-models.js';
import type { ModelOptions, ShardStream } from '../shards/shards.js';
import type { Source } from '../sources/source.js';
import { idOfToken, newResumeToken, Stream, type StreamIdentity } from './stream.js';

export interface OpenStreamOptions {
  readonly name?: string | undefined;
  readonly format: AudioFormat;
  readonly topK?: number | undefined;
  readonly tags?: number | undefined;
  readonly spectrogram?: boolean | undefined;
  /** Token of a stream that is gone, whose id the new one gets. */
  readonly continues?: string | undefined;
  /** Where the new one begins, if another node had what is before. */
  readonly from?: { readonly bytes: number; readonly ms: number } | undefined;
  /** The source runs in real time; never treat it as a file. */
  readonly isPaced?: boolean | undefined;
}

/** A stream that the server itself sends audio to. */
export interface FedStream {
  readonly stream: Stream;
  /** The bytes must not be changed afterwards. Bytes are dropped while the shard is behind. */
  send(bytes: Uint8Array): void;
}

/** Sound that is scored outside the list of streams. */
export type TrialStream = Pick<ShardStream, 'send' | 'end' | 'close' | 'messages$'>;

/** Tags in the predictions of a stream that the server feeds itself. */
const FED_TAGS = 8;

/** Delay before a source of the server's own is played again. */
const REPLAY_AFTER_MS = 1000;

export class Streams {
  readonly #models: ServedModels;
  readonly #settings: Settings;
  readonly #log: Log;
  readonly #scheduler: SchedulerLike;
  readonly #byId = new Map<string, Stream>();
  readonly #playing = new Subscription();
  readonly #mainThread = new MainThreadLoad(() => this.#byId.size);
  #isDraining = false;
  #onEmpty: (() => void) | undefined;

  constructor(models: ServedModels, settings: Settings, log: Log, scheduler: SchedulerLike = asyncScheduler) {
    this.#models = models;
    this.#settings = settings;
    this.#log = log;
    this.#scheduler = scheduler;
  }

  /** Of the model that new streams get. */
  get manifest(): Manifest {
    return this.#models.newest.bundle.manifest;
  }

  /** Whether new streams are accepted. */
  get isReady(): boolean {
    return !this.#isDraining && this.#models.newest.shards.isAlive;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Load of the busiest thread, 0 to 1. */
  get load(): number {
    return Math.max(this.#mainThread.estimate(this.#byId.size), this.#models.loadWith(0));
  }

  list(): Stream[] {
    return [...this.#byId.values()];
  }

  get(id: string): Stream | undefined {
    return this.#byId.get(id);
  }

  /**
   * Checks whether there is capacity for a new connection. Skipped while a lost stream waits, since
   * the connection may resume it.
   * @param pending connections that have not sent `start` yet
   * @throws ProtocolError `too-many-streams` when one more stream would overload the server
   */
  checkCapacity(pending: number): void {
    if (!this.list().some((stream) => stream.isWaiting)) this.#checkLoad(pending + 1);
  }

  /** @throws ProtocolError `too-many-streams`, `going-away` or `internal` */
  open({ continues, ...options }: OpenStreamOptions): Stream {
    const clients = this.list().filter((stream) => stream.source === 'client').length;
    if (clients >= this.#settings.maxStreams) {
      throw new ProtocolError('too-many-streams', `The limit of ${this.#settings.maxStreams} streams is reached. Try again later.`);
    }
    this.#checkLoad(1);
    const resumeToken = continues === undefined || this.#byId.has(idOfToken(continues)) ? newResumeToken() : continues;
    const id = idOfToken(resumeToken);
    return this.#start({ ...options, id, resumeToken, name: options.name ?? `stream ${id.slice(0, 6)}`, source: 'client' });
  }

  /** Whether the stream of a resume token is here, or still ends here. */
  has(token: string): boolean {
    return this.#byId.has(idOfToken(token));
  }

  /** @throws ProtocolError `resume-unknown` when no stream with this token and format can be resumed */
  resume(token: string, format: AudioFormat): Stream {
    const stream = this.list().find((each) => each.source === 'client' && each.resumeToken === token && !each.isEnding);
    if (!stream) {
      throw new ProtocolError('resume-unknown', `No stream waits for this resume token; streams wait ${this.#settings.resumeWindowMs} ms. Start a new stream without "resume".`);
    }
    const { encoding, sampleRate, channels } = stream.format;
    if (encoding !== format.encoding || sampleRate !== format.sampleRate || channels !== format.channels) {
      throw new ProtocolError('resume-unknown', `The stream of this resume token is ${encoding}, ${sampleRate} Hz, ${channels} channels. Resume with the same format.`);
    }
    return stream;
  }

  /**
   * Opens a stream that the server feeds itself, with all labels, tags and `columns`. It belongs to the
   * operator, so the load is not checked.
   * @throws ProtocolError `going-away`, `conflict` or `internal`
   */
  feed(identity: Omit<StreamIdentity, 'source'> & { readonly source: 'demo' | 'station' }): FedStream {
    if (this.#byId.has(identity.id)) throw new ProtocolError('conflict', `A stream ${JSON.stringify(identity.id)} is running already.`);
    const stream = this.#start({ ...identity, ...this.#fedOptions, spectrogram: true, isPaced: true });
    stream.attach({ replaced: () => {} });
    // Bytes that arrive while the shard is behind are dropped: a live source can't be paused.
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

  /**
   * Scores sound for a moment, outside the list of streams; the caller closes it.
   * @throws ProtocolError `too-many-streams`, `going-away` or `internal`
   */
  trial(format: AudioFormat): TrialStream {
    if (this.#isDraining) throw goingAway();
    this.#checkLoad(1);
    return this.#models.newest.shards.open({ id: `trial ${randomBytes(8).toString('hex')}`, format, isPaced: true });
  }

  /** Plays a source of the server's own as a stream, repeating it whenever it ends. */
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
    this.#playing.add(once$.pipe(
      retry({
        delay: (error: unknown) => {
          this.#log.error('the demo station failed and is restarted', { reason: String(error) });
          return timer(REPLAY_AFTER_MS, this.#scheduler);
        },
      }),
      repeat({ delay: () => timer(REPLAY_AFTER_MS, this.#scheduler) }),
    ).subscribe());
  }

  /**
   * A new model is in use. The streams that the server feeds itself would never end on the one before, so
   * they move to the new one at once; those of clients end where they began.
   */
  moveFed(): void {
    const { shards, bundle } = this.#models.newest;
    for (const stream of this.list()) {
      if (stream.source !== 'client') stream.moveTo(shards, bundle.manifest, this.#fedOptions);
    }
  }

  /**
   * Rejects new streams, ends all, and resolves when each has its summary or after the timeout.
   * @param goOn whether other nodes go on with the streams of clients: these end without a summary
   */
  async drain(timeoutMs: number, goOn = false): Promise<void> {
    this.#isDraining = true;
    this.#mainThread.close();
    for (const stream of this.list()) {
      if (goOn && stream.source === 'client') stream.leave();
      else stream.end();
    }
    this.#playing.unsubscribe();
    if (this.#byId.size === 0) return;
    await new Promise<void>((resolve) => {
      const timeout = timer(timeoutMs, this.#scheduler).subscribe(() => resolve());
      this.#onEmpty = () => {
        timeout.unsubscribe();
        resolve();
      };
    });
  }

  /** All labels, and tags if the model has them. */
  get #fedOptions(): ModelOptions {
    const { labels, tags } = this.manifest;
    return { topK: labels.length, tags: tags && FED_TAGS };
  }

  #checkLoad(more: number): void {
    const load = Math.max(this.#mainThread.estimate(this.#byId.size + more), this.#models.loadWith(more));
    if (100 * load > this.#settings.maxLoad) {
      throw new ProtocolError('too-many-streams', `The server is at its load limit with ${this.#byId.size} streams. Try again later.`);
    }
  }

  #start({ format, topK, tags, spectrogram, isPaced, from, ...identity }: OpenStreamOptions & StreamIdentity): Stream {
    if (this.#isDraining) throw goingAway();
    const { shards, bundle } = this.#models.newest;
    const position = from && { ...from, seq: Math.floor(from.ms / blockMs(bundle.manifest)) };
    const shard = shards.open({ id: identity.id, format, topK, tags, spectrogram, isPaced, from: position });
    const stream = new Stream({ ...identity, format, fromBytes: from?.bytes }, shard, bundle.manifest, this.#settings.resumeWindowMs, this.#scheduler);
    this.#byId.set(stream.id, stream);
    this.#log.debug('stream opened', { stream: stream.id, name: stream.name, source: stream.source, ...format });
    stream.messages$.subscribe({
      complete: () => {
        this.#byId.delete(stream.id);
        const { durationMs, droppedMs } = stream.info();
        this.#log.debug('stream ended', { stream: stream.id, durationMs, droppedMs });
        if (this.#byId.size === 0) this.#onEmpty?.();
      },
    });
    return stream;
  }
}

function goingAway(): ProtocolError {
  return new ProtocolError('going-away', 'The server is shutting down. Try again later, or another server.');
}
