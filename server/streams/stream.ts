/**
 * A running stream: who it is, who feeds it, what was said last. It outlives the connection that
 * feeds it and waits a while for its sender to come back.
 */
import { randomBytes } from 'node:crypto';
import { Observable, Subject, timer, type SchedulerLike, type Subscription } from 'rxjs';
import { blockMs, type Manifest } from '../../models/manifest.js';
import type { AudioFormat } from '../protocol/audio-format.js';
import type { ModelInfo, Prediction, StreamInfo } from '../protocol/messages.js';
import type { ShardStream } from '../shards/shards.js';
import { encodeMessage, type EncodedMessage } from '../protocol/encoded-message.js';

/** Who feeds a stream; there is one at a time. */
export interface Holder {
  /** A newer connection took the stream over. */
  replaced(): void;
}

export interface Identity {
  readonly id: string;
  readonly name: string;
  readonly source: StreamInfo['source'];
  readonly format: AudioFormat;
}

export class Stream {
  readonly id: string;
  readonly source: StreamInfo['source'];
  readonly format: AudioFormat;
  readonly resumeToken = randomBytes(24).toString('base64url');
  readonly #messages = new Subject<EncodedMessage>();
  /** Hot. Completes after `summary` or `error`. */
  readonly messages$: Observable<EncodedMessage> = this.#messages;
  readonly #startedAt = new Date().toISOString();
  readonly #shard: ShardStream;
  readonly #resumeWindowMs: number;
  readonly #scheduler: SchedulerLike;
  readonly #model: ModelInfo;
  readonly #blockMs: number;
  #receivedBytes = 0;
  #holder: Holder | undefined;
  #window: Subscription | undefined;
  #name: string;
  #last: EncodedMessage | undefined;
  #standing: EncodedMessage | undefined;
  #viewers = 0;
  #isEnding = false;

  constructor({ id, name, source, format }: Identity, shard: ShardStream, manifest: Manifest, resumeWindowMs: number, scheduler: SchedulerLike) {
    this.id = id;
    this.#name = name;
    this.source = source;
    this.format = format;
    this.#shard = shard;
    this.#resumeWindowMs = resumeWindowMs;
    this.#scheduler = scheduler;
    this.#model = { name: manifest.name, version: manifest.version, labels: manifest.labels };
    this.#blockMs = blockMs(manifest);
    shard.messages$.subscribe({
      next: (told) => {
        if (told.type === 'prediction') this.#last = told;
        this.#messages.next(told);
      },
      complete: () => {
        this.#window?.unsubscribe();
        this.#messages.complete();
      },
    });
  }

  get name(): string {
    return this.#name;
  }

  rename(name: string): void {
    this.#name = name;
  }

  /** @returns false when reading should pause until `drained()` */
  send(bytes: Uint8Array): boolean {
    this.#receivedBytes += bytes.length;
    return this.#shard.send(bytes);
  }

  drained(): Promise<void> {
    return this.#shard.drained();
  }

  /** Other sound follows: what was heard before no longer counts. */
  reset(): void {
    this.#shard.reset();
  }

  /** Says something of the stream that is no answer to its sound; stands for those who come later. */
  announce(told: EncodedMessage): void {
    this.#standing = told;
    this.#messages.next(told);
  }

  /** What was announced last. */
  get standing(): EncodedMessage | undefined {
    return this.#standing;
  }

  /** No more audio; what is left is scored and summed up. */
  end(): void {
    this.#isEnding = true;
    this.#window?.unsubscribe();
    this.#shard.end();
  }

  /** True from `end` on: it takes no more audio. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Its sender was lost and may come back. */
  get isWaiting(): boolean {
    return this.#holder === undefined && !this.#isEnding;
  }

  /** Gives the stream to who feeds it from now on. */
  take(holder: Holder): void {
    this.#window?.unsubscribe();
    const before = this.#holder;
    this.#holder = holder;
    before?.replaced();
  }

  /** Its holder is lost: waits for another, then ends. */
  leave(holder: Holder): void {
    if (this.#holder !== holder) return;
    this.#holder = undefined;
    this.#window = timer(this.#resumeWindowMs, this.#scheduler).subscribe(() => this.end());
  }

  /** What is said, for one viewer, who counts while subscribed. */
  watch(): Observable<EncodedMessage> {
    return new Observable((subscriber) => {
      this.#viewers++;
      subscriber.add(() => this.#viewers--);
      return this.messages$.subscribe(subscriber);
    });
  }

  /** The first message, to a sender or to a viewer. */
  ready(to: 'sender' | 'viewer'): EncodedMessage {
    return encodeMessage({
      type: 'ready',
      streamId: this.id,
      name: this.name,
      ...(to === 'sender' && { resumeToken: this.resumeToken, receivedBytes: this.#receivedBytes }),
      model: this.#model,
      blockMs: this.#blockMs,
    });
  }

  info(): StreamInfo {
    const last = this.#last && (JSON.parse(this.#last.json) as Prediction);
    return {
      id: this.id,
      name: this.name,
      source: this.source,
      startedAt: this.#startedAt,
      connected: this.#holder !== undefined,
      ...this.format,
      durationMs: last?.atMs ?? 0,
      state: last?.state ?? 'warming',
      genre: last?.genre ?? null,
      p: last?.p ?? 0,
      viewers: this.#viewers,
      lagMs: last?.lagMs ?? 0,
      droppedMs: last?.droppedMs ?? 0,
    };
  }
}
