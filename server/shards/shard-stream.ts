/** A stream on the main thread's side of its shard: counts sent and scored bytes for backpressure, and reopens after a restart or in another shard. */
import { Subject, type Observable } from 'rxjs';
import { sampleBytes } from '../../dsp/pcm/pcm-encoding.js';
import type { AudioFormat } from '../protocol/audio-format.js';
import type { StreamCounts } from '../pipe/progress.js';
import { macrotask } from './macrotask.js';
import type { CommandBatch } from './shard-messages.js';
import { encodeMessage, type EncodedMessage } from '../protocol/encoded-message.js';

export interface OpenOptions {
  readonly id: string;
  readonly format: AudioFormat;
  /** Labels in each prediction; 5 unless set. */
  readonly topK?: number | undefined;
  /** Most tags in each prediction and in the summary; none unless set. */
  readonly tags?: number | undefined;
  /** Whether to send `columns` messages too. */
  readonly spectrogram?: boolean | undefined;
  /** Whether to send `stretch` messages too, as for files. */
  readonly stretches?: boolean | undefined;
  /** The source runs in real time; never treat it as a file. */
  readonly isPaced?: boolean | undefined;
  /** Where it goes on, if another node had it before. */
  readonly from?: StreamPosition | undefined;
}

/** A place in the sound of a stream. */
export interface StreamPosition {
  readonly bytes: number;
  /** Stream time there. */
  readonly ms: number;
  /** Number of the prediction before. */
  readonly seq: number;
}

/** A stream as the main thread sees it: bytes in, messages out. */
export interface ShardStream {
  readonly id: string;
  /**
   * The bytes must not be changed afterwards.
   * @returns false when more than `maxBufferedBytes` is unscored: wait for `drained()`
   */
  send(bytes: Uint8Array): boolean;
  /** Resolves when half of `maxBufferedBytes` is free again, or the stream is over. */
  drained(): Promise<void>;
  /** End of audio: the rest is scored, `summary` follows, then `messages$` completes. */
  end(): void;
  /** Resets the pipe because other sound follows; audio not yet scored is dropped. */
  reset(): void;
  /** Ends the stream at once; `messages$` completes without a summary. */
  close(): void;
  /** Hot. Completes after `summary` or `error`. */
  readonly messages$: Observable<EncodedMessage>;
}

/** What a stream needs of its shard. */
interface Link {
  readonly maxBufferedBytes: number;
  /** The batch of commands that is posted next. */
  outgoing(): CommandBatch;
  /** Gives the stream a new key; messages under the old one are then ignored. */
  rekey(stream: LinkedStream): number;
  /** @returns the key of a stream that was in another shard */
  add(stream: LinkedStream): number;
  remove(stream: LinkedStream): void;
}

/** What another model changes about a stream. */
export type ModelOptions = Pick<OpenOptions, 'topK' | 'tags'>;

export class LinkedStream implements ShardStream {
  readonly id: string;
  key: number;
  readonly messages$ = new Subject<EncodedMessage>();
  #link: Link;
  #options: OpenOptions;
  #sentBytes = 0;
  #consumedBytes = 0;
  /** Position at which the current pipe began: bytes sent to earlier pipes, and the rest of a cut frame. */
  #pipeStartBytes = 0;
  #from: StreamCounts = { seq: 0, scoredMs: 0, droppedMs: 0, clippedSamples: 0, badPackets: 0 };
  #waiting: (() => void)[] = [];
  #isEnded = false;
  #isOver = false;

  constructor(link: Link, key: number, options: OpenOptions) {
    this.id = options.id;
    this.key = key;
    this.#link = link;
    const { from, ...others } = options;
    this.#options = others;
    if (from) {
      this.#from = { ...this.#from, seq: from.seq, scoredMs: from.ms };
      this.#sentBytes = from.bytes;
    }
    const skipBytes = this.#cutBytes;
    this.#pipeStartBytes = this.#consumedBytes = this.#sentBytes + skipBytes;
    this.#open(skipBytes);
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
    // If the last sound ended within a frame, the rest of that frame never arrives.
    this.#sentBytes += this.#cutBytes;
    this.#reopen(0, this.#from.droppedMs);
  }

  close(): void {
    if (this.#isOver) return;
    this.#link.outgoing().close(this.key);
    this.#finish();
  }

  deliver(message: EncodedMessage): void {
    if (this.#isOver) return;
    this.messages$.next(message);
    if (message.type === 'summary' || message.type === 'error') this.#finish();
  }

  updateProgress(consumedBytes: number, counts: StreamCounts): void {
    this.#consumedBytes = this.#pipeStartBytes + consumedBytes;
    this.#from = counts;
    if (this.unscoredBytes <= this.#link.maxBufferedBytes / 2) this.#resolveDrained();
  }

  /** The worker died: audio it had not scored is lost, and the stream continues in the next worker. */
  restart(): void {
    this.#reopenInMidSound();
    if (this.#isEnded) this.#link.outgoing().end(this.key);
  }

  /** Continues in another shard, with its state reset; audio not yet scored is lost. One that has ended stays. */
  moveTo(link: Link, options: ModelOptions): void {
    if (this.#isEnded || this.#isOver) return;
    this.#link.outgoing().close(this.key);
    this.#link.remove(this);
    this.#link = link;
    this.#options = { ...this.#options, ...options };
    this.key = link.add(this);
    this.#reopenInMidSound();
  }

  /** Sent and not yet scored. */
  get unscoredBytes(): number {
    return this.#sentBytes - this.#consumedBytes;
  }

  /** Bytes of one sample of all channels; 0 for packets, which have no fixed length. */
  get #frameBytes(): number {
    const { encoding, channels } = this.#options.format;
    return channels * sampleBytes(encoding);
  }

  /** Bytes missing to complete the frame sent last. */
  get #cutBytes(): number {
    const frameBytes = this.#frameBytes;
    return frameBytes === 0 ? 0 : (frameBytes - (this.#sentBytes % frameBytes)) % frameBytes;
  }

  /** Stream time after this many bytes; for packets, whose duration is unknown here, the scored time. */
  #msOf(bytes: number): number {
    const frameBytes = this.#frameBytes;
    return frameBytes === 0 ? this.#from.scoredMs : (1000 * bytes) / frameBytes / this.#options.format.sampleRate;
  }

  #reopenInMidSound(): void {
    const { scoredMs, droppedMs } = this.#from;
    const skipBytes = this.#cutBytes;
    this.#reopen(skipBytes, droppedMs + Math.max(0, this.#msOf(this.#sentBytes + skipBytes) - scoredMs));
  }

  /** Opens a new pipe, with its state reset, for the audio that follows. */
  #reopen(skipBytes: number, droppedMs: number): void {
    const bytes = this.#sentBytes + skipBytes;
    const scoredMs = this.#msOf(bytes);
    this.#from = { ...this.#from, scoredMs, droppedMs };
    this.#pipeStartBytes = this.#consumedBytes = bytes;
    this.messages$.next(encodeMessage({ type: 'restarted', atMs: Math.round(scoredMs * 10) / 10 }));
    this.#open(skipBytes);
    this.#resolveDrained();
  }

  #open(skipBytes: number): void {
    const { format, topK, tags, spectrogram, stretches, isPaced } = this.#options;
    this.#link.outgoing().open(this.key, { format, topK, tags, spectrogram, stretches, isPaced, from: this.#from, skipBytes });
  }

  #resolveDrained(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #finish(): void {
    this.#isOver = true;
    this.#link.remove(this);
    this.#resolveDrained();
    this.messages$.complete();
  }
}
