/** A stream on the main thread's side of its shard: what was sent, what is scored, who waits. */
import { Subject, type Observable } from 'rxjs';
import { macrotask } from './engine.js';
import type { AudioFormat } from './protocol.js';
import type { Outgoing } from './shard-mail.js';
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

/** The shard, as its streams see it. */
interface Link {
  readonly maxBufferedBytes: number;
  /** The mail of this tick. */
  outgoing(): Outgoing;
  forget(stream: LinkedStream): void;
}

export class LinkedStream implements ShardStream {
  readonly id: string;
  readonly key: number;
  readonly messages$ = new Subject<Message>();
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
    this.#lostBytes = this.#consumedBytes = this.#sentBytes + skipBytes;
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
