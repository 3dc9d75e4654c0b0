/** Classifies the sound of a file with the pipeline of live streams, as fast as a shard scores it. */
import { lastValueFrom, tap } from 'rxjs';
import type { AudioFormat } from '../protocol/audio-format.js';
import type { EncodedMessage } from '../protocol/encoded-message.js';
import type { Classified, ServerMessage, Summary } from '../protocol/messages.js';
import type { Settings } from '../settings.js';
import type { ShardStream } from '../shards/shards.js';
import { FileError } from '../sources/file.js';
import { PipedAudioError } from '../sources/piped-audio.js';
import { classified } from './classified.js';

/** Settings of shards for files, which are read faster than real time: never drop audio, and buffer enough to keep a shard busy. */
export const FILE_SHARD_SETTINGS = { maxLagMs: 3_600_000, maxBufferedBytes: 2 * 1024 * 1024, maxSegments: 100_000 } as const satisfies Partial<Settings>;

/** What is classified: a file or a pipe. */
export interface Sound {
  readonly format: AudioFormat;
  /** Undefined if it announces none. */
  readonly durationMs: number | undefined;
  /** Set once all was decoded. */
  readonly note?: string | undefined;
  chunks(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

export interface FileProgress {
  /** Length of the audio scored so far. */
  readonly scoredMs: number;
  /** Length of the file; undefined if it announces none. */
  readonly durationMs: number | undefined;
  /** Processing time so far. */
  readonly elapsedMs: number;
}

export interface ClassifyOptions {
  readonly onProgress?: (progress: FileProgress) => void;
  /** Gets all messages of the stream. */
  readonly onMessage?: (message: EncodedMessage) => void;
  /** Awaited before each chunk of sound, so that a slow reader of messages slows the file down. */
  readonly ready?: () => Promise<void>;
  /** Aborts at once; the result is then an error. */
  readonly signal?: AbortSignal;
}

/**
 * @param file name to show
 * @param openStream opens a stream of that format; it is closed here, as is the sound
 * @throws only what is no error of the sound, such as an upload that stopped
 */
export async function classifySound(file: string, sound: Sound, openStream: (format: AudioFormat) => ShardStream, options: ClassifyOptions = {}): Promise<Classified> {
  const { signal } = options;
  let stream: ShardStream | undefined;
  const abort = (): void => {
    stream?.close();
    void sound.close();
  };
  try {
    if (signal?.aborted) return classified(file, undefined, { trouble: 'was not classified: stopped' });
    stream = openStream(sound.format);
    signal?.addEventListener('abort', abort, { once: true });
    return await score(file, sound, stream, options);
  } finally {
    signal?.removeEventListener('abort', abort);
    stream?.close();
    await sound.close();
  }
}

/** The sentence of an error that is about the sound; others are thrown. */
export function soundProblem(error: unknown): string {
  if (error instanceof FileError || error instanceof PipedAudioError) return error.message;
  throw error;
}

async function score(file: string, sound: Sound, stream: ShardStream, { onProgress, onMessage, ready }: ClassifyOptions): Promise<Classified> {
  let summary: Summary | undefined;
  let trouble: string | undefined;
  let loudestDb = -Infinity;
  const startedAtMs = performance.now();
  const heard = lastValueFrom(stream.messages$.pipe(tap((encoded) => {
    onMessage?.(encoded);
    if (encoded.type === 'columns' || encoded.type === 'stretch') return;
    const message = JSON.parse(encoded.json) as ServerMessage;
    if (message.type === 'prediction') {
      loudestDb = Math.max(loudestDb, message.level);
      onProgress?.({ scoredMs: message.atMs, durationMs: sound.durationMs, elapsedMs: performance.now() - startedAtMs });
    } else if (message.type === 'summary') summary = message;
    else if (message.type === 'error') trouble = message.message;
    else if (message.type === 'restarted') trouble = `was not scored as a whole: scoring was interrupted before ${(message.atMs / 1000).toFixed(1)} s and started from scratch`;
  })), { defaultValue: undefined });
  try {
    for await (const chunk of sound.chunks()) {
      if (!stream.send(chunk)) await stream.drained();
      await ready?.();
    }
  } catch (error) {
    trouble ??= soundProblem(error);
  }
  stream.end();
  await heard;
  return classified(file, summary, { trouble: trouble ?? (summary ? undefined : 'was not classified: stopped'), loudestDb, note: sound.note });
}
