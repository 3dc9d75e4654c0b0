/**
 * What the main thread and a shard send each other: one message a tick each way. Audio of all
 * streams travels as one transferred buffer, commands as rows of numbers in the order they were given.
 */
import type { Backend } from '../../models/tensorflow/backend.js';
import type { Bundle } from '../../models/model-folder.js';
import type { ShardMetrics } from './shard-metrics.js';
import type { AudioFormat } from '../protocol/audio-format.js';
import type { Settings } from '../settings.js';
import type { EncodedMessage } from '../protocol/encoded-message.js';

/** What a worker is started with. */
export interface ShardStart {
  readonly bundle: Bundle;
  readonly settings: Settings;
  readonly backend: Backend | undefined;
  /** Module that exports `startClassifier`. */
  readonly classifier: string;
}

/** A stream as a shard opens it. */
export interface OpenStream {
  readonly format: AudioFormat;
  readonly topK: number | undefined;
  readonly spectrogram: boolean | undefined;
  readonly isPaced: boolean | undefined;
  /** Where it goes on after its shard died; all 0 at the start of a stream. */
  readonly from: { readonly seq: number; readonly scoredMs: number; readonly droppedMs: number };
  /** Bytes of a cut frame to leave out before the first whole one. */
  readonly skipBytes: number;
}

/** A row is [command, stream's key, length, arrivedAtMs]; the last two are 0 but for audio. */
export const COMMAND = { open: 0, audio: 1, end: 2, close: 3 } as const;
export const COMMAND_WIDTH = 4;

export interface ToShard {
  readonly commands: Float64Array;
  /** One for each `open`, in order. */
  readonly opens: readonly OpenStream[];
  /** The bytes of each `audio` command, end to end. */
  readonly audio: ArrayBuffer;
}

/** A row is [stream's key, bytes consumed, seq, scoredMs, droppedMs]. */
export const PROGRESS_WIDTH = 5;

export type FromShard =
  | { readonly type: 'ready'; readonly backend: Backend }
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'fault'; readonly reason: string }
  | {
    readonly type: 'told';
    /** Streams' keys, one for each message. */
    readonly keys: readonly number[];
    readonly messages: readonly EncodedMessage[];
    readonly progress: Float64Array;
    /** Only when they were taken anew, once a second. */
    readonly metrics?: ShardMetrics;
  };

/** Gathers the commands of one tick. */
export class Outgoing {
  readonly #rows: number[] = [];
  readonly #opens: OpenStream[] = [];
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  open(key: number, stream: OpenStream): void {
    this.#rows.push(COMMAND.open, key, 0, 0);
    this.#opens.push(stream);
  }

  audio(key: number, bytes: Uint8Array, arrivedAtMs: number): void {
    this.#rows.push(COMMAND.audio, key, bytes.length, arrivedAtMs);
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }

  end(key: number): void {
    this.#rows.push(COMMAND.end, key, 0, 0);
  }

  close(key: number): void {
    this.#rows.push(COMMAND.close, key, 0, 0);
  }

  /** @returns the message and what to transfer with it */
  pack(): [message: ToShard, transfer: ArrayBuffer[]] {
    const audio = new ArrayBuffer(this.#length);
    const bytes = new Uint8Array(audio);
    let offset = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
    const commands = Float64Array.from(this.#rows);
    return [{ commands, opens: this.#opens, audio }, [audio, commands.buffer]];
  }
}
