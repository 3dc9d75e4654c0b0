/** Classifies one file with the pipeline of live streams, as fast as a shard scores it. */
import { lastValueFrom, tap } from 'rxjs';
import type { AudioFormat } from '../protocol/audio-format.js';
import type { ServerMessage, StreamState, Summary } from '../protocol/messages.js';
import { SETTINGS } from '../settings.js';
import type { Shards, ShardStream } from '../shards/shards.js';
import { FileError, SoundFile } from '../sources/file.js';
import { readableName } from '../sources/file-names.js';
import { openPipedAudio, PipedAudioError } from '../sources/piped-audio.js';
import { openPipe } from './standard-input.js';

/** Result for a file; one line of `--json`. */
export interface Classified {
  readonly file: string;
  readonly durationMs: number;
  readonly genre: string | null;
  /** Confidence in `genre`, 0 to 1; 0 where it is null. */
  readonly p: number;
  /** All labels for the whole file, best first; empty if nothing was scored. */
  readonly top: ReadonlyArray<{ readonly genre: string; readonly p: number }>;
  readonly segments: ReadonlyArray<{
    readonly fromMs: number; readonly toMs: number; readonly genre: string | null; readonly p: number; readonly state: StreamState;
  }>;
  /** One-line error; the other fields then describe the part that could be scored. */
  readonly error?: string;
  /** What is unusual about the file without being wrong. */
  readonly note?: string;
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
  /** Aborts at once; the result is then an error. */
  readonly signal?: AbortSignal;
}

/** What is classified: a file or a pipe. */
interface Sound {
  readonly format: AudioFormat;
  readonly durationMs: number | undefined;
  /** Set once all was decoded. */
  readonly note?: string | undefined;
  chunks(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Never rejects because of the file: its errors are in the result. */
export async function classifyFile(path: string, shards: Shards, { onProgress, signal }: ClassifyOptions = {}): Promise<Classified> {
  let sound: Sound;
  try {
    sound = await openSound(path);
  } catch (error) {
    return answer(path, undefined, messageOf(error));
  }
  let stream: ShardStream | undefined;
  const abort = (): void => {
    stream?.close();
    void sound.close();
  };
  try {
    if (signal?.aborted) return answer(path, undefined, 'was not classified: stopped');
    stream = shards.open({ id: path, format: sound.format });
    signal?.addEventListener('abort', abort, { once: true });
    return await score(path, sound, stream, onProgress);
  } finally {
    signal?.removeEventListener('abort', abort);
    stream?.close();
    await sound.close();
  }
}

/** @throws FileError or PipedAudioError when it can't be read */
async function openSound(path: string): Promise<Sound> {
  const pipe = await openPipe(path);
  if (!pipe) return SoundFile.open(path);
  const { format, chunks } = await openPipedAudio(pipe.input);
  return { format, durationMs: undefined, chunks: () => chunks, close: async () => void pipe.input.destroy() };
}

/** The sentence of an error that is about the sound; others are thrown. */
function messageOf(error: unknown): string {
  if (error instanceof FileError || error instanceof PipedAudioError) return error.message;
  throw error;
}

async function score(path: string, sound: Sound, stream: ShardStream, onProgress: ClassifyOptions['onProgress']): Promise<Classified> {
  let summary: Summary | undefined;
  let trouble: string | undefined;
  let loudestDb = -Infinity;
  const startedAtMs = performance.now();
  const heard = lastValueFrom(stream.messages$.pipe(tap(({ json }) => {
    const message = JSON.parse(json) as ServerMessage;
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
    }
  } catch (error) {
    trouble ??= messageOf(error);
  }
  stream.end();
  await heard;
  return answer(path, summary, trouble ?? (summary ? undefined : 'was not classified: stopped'), { loudestDb, note: sound.note });
}

function answer(path: string, summary: Summary | undefined, trouble: string | undefined, { loudestDb = -Infinity, note }: { loudestDb?: number; note?: string | undefined } = {}): Classified {
  const file = readableName(path);
  if (!summary) return { file, durationMs: 0, genre: null, p: 0, top: [], segments: [], ...(trouble && { error: trouble }) };
  const { durationMs, segments, genre } = summary;
  const error = trouble ?? emptyVerdict(summary, loudestDb);
  return {
    file,
    durationMs,
    genre,
    p: summary.p,
    top: (summary.top ?? []).map(([label, p]) => ({ genre: label, p })),
    segments: segments.map(({ fromMs, toMs, genre: label, p, state }) => ({ fromMs, toMs, genre: label, p, state })),
    ...(error && { error }),
    ...(note && { note }),
  };
}

/** Why there is nothing to say about the sound; undefined if its segments say something. */
export function emptyVerdict({ durationMs, segments }: Pick<Summary, 'durationMs' | 'segments'>, loudestDb: number): string | undefined {
  if (segments.some(({ state }) => state === 'music' || state === 'speech' || state === 'unknown')) return undefined;
  // What is shorter than the warm-up can be silent too.
  if (segments.some(({ state }) => state === 'silence') || (segments.length > 0 && loudestDb < SETTINGS.silenceDb.default)) return 'is silent';
  return `is too short to judge (${(durationMs / 1000).toFixed(1)} s)`;
}
