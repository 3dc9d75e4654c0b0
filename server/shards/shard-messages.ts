/**
 * Messages between the main thread and a shard, batched in each direction. The audio of all streams
 * is one transferred buffer; commands are rows of numbers, in the order they were given.
 */
import type { Backend } from '../../models/tensorflow/backend.js';
import type { Bundle } from '../../models/model-folder.js';
import type { ShardMetrics } from './shard-metrics.js';
import type { StreamCounts } from '../pipe/progress.js';
import type { AudioFormat } from '../protocol/audio-format.js';
import type { Settings } from '../settings.js';
import type { EncodedMessage } from '../protocol/encoded-message.js';

/** `workerData` of a shard. */
export interface ShardStart {
  readonly bundle: Bundle;
  readonly settings: Settings;
  readonly backend: Backend | undefined;
  /** URL of the module that exports `startClassifier`. */
  readonly classifier: string;
}

/** Parameters of a stream that the shard opens. */
export interface OpenStream {
  readonly format: AudioFormat;
  readonly topK: number | undefined;
  readonly tags: number | undefined;
  readonly spectrogram: boolean | undefined;
  readonly stretches: boolean | undefined;
  readonly isPaced: boolean | undefined;
  /** Where to continue after a restart; all 0 at the start of a stream. */
  readonly from: StreamCounts;
  /** Bytes of a cut frame to skip before the first whole frame. */
  readonly skipBytes: number;
}

/** A row is [command, stream key, length, arrivedAtMs]; the last two are 0 except for audio. */
export const COMMAND = { open: 0, audio: 1, end: 2, close: 3 } as const;
export const COMMAND_WIDTH = 4;

export interface ToShard {
  readonly commands: Float64Array;
  /** One per `open` command, in order. */
  readonly opens: readonly OpenStream[];
  /** The bytes of all `audio` commands, concatenated. */
  readonly audio: ArrayBuffer;
}

/** A row is [stream key, bytes consumed, seq, scoredMs, droppedMs, clippedSamples, badPackets]. */
export const PROGRESS_WIDTH = 7;

export type FromShard =
  | { readonly type: 'ready'; readonly backend: Backend }
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'fault'; readonly reason: string }
  | {
    readonly type: 'output';
    /** Stream keys, one per message. */
    readonly keys: readonly number[];
    readonly messages: readonly EncodedMessage[];
    readonly progress: Float64Array;
    /** Present once a second. */
    readonly metrics?: ShardMetrics;
  };

/** Collects commands to post in one message. */
export class CommandBatch {
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

  /** @returns the message and its transfer list */
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
