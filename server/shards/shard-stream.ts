/** A stream on the main thread's side of its shard: what was sent, what is scored, who waits. */
import { Subject, type Observable } from 'rxjs';
import type { AudioFormat } from '../protocol/audio-format.js';
import { macrotask } from './macrotask.js';
import type { Outgoing } from './shard-mail.js';
import { encodeMessage, type EncodedMessage } from '../protocol/encoded-message.js';

export interface OpenOptions {
  readonly id: string;
  readonly format: AudioFormat;
  /** Labels in each prediction; 5 unless set. */
  readonly topK?: number | undefined;
  /** Whether `columns` messages come too. */
  readonly spectrogram?: boolean | undefined;
  /** It keeps to the clock by itself: never taken for a file. */
  readonly isPaced?: boolean | undefined;
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
  /** What was heard before no longer counts, and what is not yet scored is left out: other sound follows. */
  reset(): void;
  /** Gives up at once; `messages$` completes without a summary. */
  close(): void;
  /** Hot. Completes after `summary` or `error`. */
  readonly messages$: Observable<EncodedMessage>;
}

/** The shard, as its streams see it. */
interface Link {
  readonly maxBufferedBytes: number;
  /** The mail of this tick. */
  outgoing(): Outgoing;
  /** A new key for a stream: what the worker still says under the old one is let go. */
  rekey(stream: LinkedStream): number;
  forget(stream: LinkedStream): void;
}

export class LinkedStream implements ShardStream {
  readonly id: string;
  key: number;
  readonly messages$ = new Subject<EncodedMessage>();
  readonly #link: Link;
  readonly #options: OpenOptions;
  #sentBytes = 0;
  #consumedBytes = 0;
  /** Bytes that workers which died were sent, and the cut frame after them: the present one counts from there. */
  #lostBytes = 0;
  #from = { seq: 0, scoredMs: 0, droppedMs: 0 };
  #waiting: (() => void)[] = [];
  #isEnded = false;
  #isOver = false;

  constructor(link: Link, key: number, options: OpenOptions) {
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
    return this.unscoredBytes <= this.#link.maxBufferedBytes;
  }

  drained(): Promise<void> {
    if (this.#isOver || this.unscoredBytes <= this.#link.maxBufferedBytes) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  end(): void {
    if (this.#isEnded || this.#isOver) return;
    this.#isEnded = true;
    this.#link.outgoing().end(this.key);
  }

  reset(): void {
    if (this.#isEnded || this.#isOver) return;
    this.#link.outgoing().close(this.key);
    this.key = this.#link.rekey(this);
    // The frame that the last sound may have ended within is never completed.
    this.#sentBytes += this.#cutBytes;
    this.#reopen(0, this.#from.droppedMs);
  }

  close(): void {
    if (this.#isOver) return;
    this.#link.outgoing().close(this.key);
    this.#finish();
  }

  tell(told: EncodedMessage): void {
    if (this.#isOver) return;
    this.messages$.next(told);
    if (told.type === 'summary' || told.type === 'error') this.#finish();
  }

  moveOn(consumedBytes: number, seq: number, scoredMs: number, droppedMs: number): void {
    this.#consumedBytes = this.#lostBytes + consumedBytes;
    this.#from = { seq, scoredMs, droppedMs };
    if (this.unscoredBytes <= this.#link.maxBufferedBytes / 2) this.#release();
  }

  /** The worker died: what it had not scored is lost; the rest goes to the next one. */
  restart(): void {
    const { scoredMs, droppedMs } = this.#from;
    const skipBytes = this.#cutBytes;
    this.#reopen(skipBytes, droppedMs + Math.max(0, this.#msOf(this.#sentBytes + skipBytes) - scoredMs));
    if (this.#isEnded) this.#link.outgoing().end(this.key);
  }

  /** Sent and not yet scored. */
  get unscoredBytes(): number {
    return this.#sentBytes - this.#consumedBytes;
  }

  /** Bytes of one sample of all channels; 0 where packets have no fixed length. */
  get #frameBytes(): number {
    const { encoding, channels } = this.#options.format;
    return encoding === 'opus' ? 0 : channels * (encoding === 's16le' ? 2 : 4);
  }

  /** What the frame that was sent last still lacks. */
  get #cutBytes(): number {
    const frameBytes = this.#frameBytes;
    return frameBytes === 0 ? 0 : (frameBytes - (this.#sentBytes % frameBytes)) % frameBytes;
  }

  /** Stream time after so many bytes; of packets only what was scored is known. */
  #msOf(bytes: number): number {
    const frameBytes = this.#frameBytes;
    return frameBytes === 0 ? this.#from.scoredMs : (1000 * bytes) / frameBytes / this.#options.format.sampleRate;
  }

  /** A pipe of its own from here on, which begins with nothing heard. */
  #reopen(skipBytes: number, droppedMs: number): void {
    const bytes = this.#sentBytes + skipBytes;
    const scoredMs = this.#msOf(bytes);
    this.#from = { seq: this.#from.seq, scoredMs, droppedMs };
    this.#lostBytes = this.#consumedBytes = bytes;
    this.messages$.next(encodeMessage({ type: 'restarted', atMs: Math.round(scoredMs * 10) / 10 }));
    this.#open(skipBytes);
    this.#release();
  }

  #open(skipBytes: number): void {
    const { format, topK, spectrogram, isPaced } = this.#options;
    this.#link.outgoing().open(this.key, { format, topK, spectrogram, isPaced, from: this.#from, skipBytes });
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
