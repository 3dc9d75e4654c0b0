/**
 * A running stream: its identity, its sender and its newest messages. After its connection is lost it
 * waits for `resumeWindowMs` for the sender to resume.
 */
import { createHash, randomBytes } from 'node:crypto';
import { Observable, Subject, timer, type SchedulerLike, type Subscription } from 'rxjs';
import { blockMs, type Manifest } from '../../models/manifest.js';
import type { AudioFormat } from '../protocol/audio-format.js';
import type { ModelInfo, Prediction, StreamInfo } from '../protocol/messages.js';
import type { LinkedStream, ModelOptions, Shards } from '../shards/shards.js';
import { encodeMessage, type EncodedMessage } from '../protocol/encoded-message.js';
import type { Watchable } from './elsewhere.js';

/** The sender of a stream's audio; there is one at a time. */
export interface StreamSender {
  /** Called when a newer connection has taken over the stream. */
  replaced(): void;
}

export interface StreamIdentity {
  readonly id: string;
  readonly name: string;
  readonly source: StreamInfo['source'];
  readonly format: AudioFormat;
  readonly resumeToken?: string | undefined;
  /** Bytes of it that came before: another node had them. */
  readonly fromBytes?: number | undefined;
}

export function newResumeToken(): string {
  return randomBytes(24).toString('base64url');
}

/** The id of the stream with this token. After a restart of the server the token proves that an id was the sender's, so viewers find it again. */
export function idOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 16);
}

export class Stream implements Watchable {
  readonly id: string;
  readonly source: StreamInfo['source'];
  readonly format: AudioFormat;
  readonly resumeToken: string;
  readonly #messages = new Subject<EncodedMessage>();
  /** Hot. Completes after `summary` or `error`. */
  readonly messages$: Observable<EncodedMessage> = this.#messages;
  readonly #startedAt = new Date().toISOString();
  readonly #shard: LinkedStream;
  readonly #resumeWindowMs: number;
  readonly #scheduler: SchedulerLike;
  #manifest: Manifest;
  #receivedBytes: number;
  #sender: StreamSender | undefined;
  #resumeWindow: Subscription | undefined;
  #name: string;
  #lastPrediction: EncodedMessage | undefined;
  #lastAnnouncement: EncodedMessage | undefined;
  #viewers = 0;
  #viewersElsewhere = 0;
  #isEnding = false;
  #isElsewhere = false;

  constructor({ id, name, source, format, resumeToken = newResumeToken(), fromBytes = 0 }: StreamIdentity, shard: LinkedStream, manifest: Manifest, resumeWindowMs: number, scheduler: SchedulerLike) {
    this.id = id;
    this.#name = name;
    this.source = source;
    this.resumeToken = resumeToken;
    this.format = format;
    this.#receivedBytes = fromBytes;
    this.#shard = shard;
    this.#resumeWindowMs = resumeWindowMs;
    this.#scheduler = scheduler;
    this.#manifest = manifest;
    shard.messages$.subscribe({
      next: (message) => {
        if (message.type === 'prediction') this.#lastPrediction = message;
        this.#messages.next(message);
      },
      complete: () => {
        this.#resumeWindow?.unsubscribe();
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

  /** Resets the pipe, because other sound follows. */
  reset(): void {
    this.#shard.reset();
  }

  /** Continues with another model, its state reset. Viewers stay, and are told as if they had just come. */
  moveTo(shards: Shards, manifest: Manifest, options: ModelOptions): void {
    if (this.#isEnding) return;
    this.#manifest = manifest;
    this.#lastPrediction = undefined;
    this.#messages.next(this.ready('viewer'));
    shards.adopt(this.#shard, options);
    if (this.#lastAnnouncement) this.#messages.next(this.#lastAnnouncement);
  }

  /** Sends a message that doesn't come from scoring, such as a station's state; later viewers get the newest one too. */
  announce(message: EncodedMessage): void {
    this.#lastAnnouncement = message;
    this.#messages.next(message);
  }

  get greeting(): readonly EncodedMessage[] {
    return [this.ready('viewer'), ...(this.#lastAnnouncement ? [this.#lastAnnouncement] : [])];
  }

  /** End of audio: the rest is scored, then the summary is sent. */
  end(): void {
    this.#isEnding = true;
    this.#resumeWindow?.unsubscribe();
    this.#shard.end();
  }

  /** Another node goes on with it: ends at once, without a summary. */
  leave(): void {
    this.#isElsewhere = this.#isEnding = true;
    this.#shard.close();
  }

  get isElsewhere(): boolean {
    return this.#isElsewhere;
  }

  /** A client has resumed it on another node. */
  letGo(): void {
    this.#sender?.replaced();
    this.leave();
  }

  /** True after `end`: no more audio is accepted. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Its sender was lost and may resume. */
  get isWaiting(): boolean {
    return this.#sender === undefined && !this.#isEnding;
  }

  /** Sets the stream's sender; the previous one is replaced. */
  attach(sender: StreamSender): void {
    this.#resumeWindow?.unsubscribe();
    const previous = this.#sender;
    this.#sender = sender;
    previous?.replaced();
  }

  /** The sender was lost: the stream waits for a resume, then ends. */
  detach(sender: StreamSender): void {
    if (this.#sender !== sender) return;
    this.#sender = undefined;
    this.#resumeWindow = timer(this.#resumeWindowMs, this.#scheduler).subscribe(() => this.end());
  }

  /** `messages$` for one viewer, who is counted while subscribed. */
  watch(): Observable<EncodedMessage> {
    return new Observable((subscriber) => {
      this.#viewers++;
      subscriber.add(() => this.#viewers--);
      return this.messages$.subscribe(subscriber);
    });
  }

  /** How many watch it at other nodes. */
  set viewersElsewhere(count: number) {
    this.#viewersElsewhere = count;
  }

  /** The first message, to a sender or to a viewer. */
  ready(to: 'sender' | 'viewer'): EncodedMessage {
    return encodeMessage({
      type: 'ready',
      streamId: this.id,
      name: this.name,
      ...(to === 'sender' && { resumeToken: this.resumeToken, receivedBytes: this.#receivedBytes }),
      model: modelInfo(this.#manifest),
      blockMs: blockMs(this.#manifest),
    });
  }

  info(): StreamInfo {
    const last = this.#lastPrediction && (JSON.parse(this.#lastPrediction.json) as Prediction);
    return {
      id: this.id,
      name: this.name,
      source: this.source,
      startedAt: this.#startedAt,
      connected: this.#sender !== undefined,
      ...this.format,
      durationMs: last?.atMs ?? 0,
      state: last?.state ?? 'warming',
      genre: last?.genre ?? null,
      p: last?.p ?? 0,
      ...(last?.tags && { tags: last.tags }),
      ...(last?.mood && { mood: last.mood }),
      viewers: this.#viewers + this.#viewersElsewhere,
      lagMs: last?.lagMs ?? 0,
      droppedMs: last?.droppedMs ?? 0,
    };
  }
}

function modelInfo({ name, version, labels, tags }: Manifest): ModelInfo {
  return { name, version, labels, tags: tags?.map((tag) => tag.name) ?? [] };
}
