/** Classifies one file with the pipeline of live streams, as fast as a shard scores it. */
import { lastValueFrom, tap } from 'rxjs';
import type { ServerMessage, StreamState, Summary } from '../protocol/messages.js';
import { SETTINGS } from '../settings.js';
import type { Shards, ShardStream } from '../shards/shards.js';
import { FileError, SoundFile } from '../sources/file.js';

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

/** Never rejects because of the file: its errors are in the result. */
export async function classifyFile(path: string, shards: Shards, { onProgress, signal }: ClassifyOptions = {}): Promise<Classified> {
  let file: SoundFile;
  try {
    file = await SoundFile.open(path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return answer(path, undefined, error.message);
  }
  let stream: ShardStream | undefined;
  const abort = (): void => {
    stream?.close();
    void file.close();
  };
  try {
    if (signal?.aborted) return answer(path, undefined, 'was not classified: stopped');
    stream = shards.open({ id: path, format: file.format });
    signal?.addEventListener('abort', abort, { once: true });
    return await score(path, file, stream, onProgress);
  } finally {
    signal?.removeEventListener('abort', abort);
    stream?.close();
    await file.close();
  }
}

async function score(path: string, file: SoundFile, stream: ShardStream, onProgress: ClassifyOptions['onProgress']): Promise<Classified> {
  let summary: Summary | undefined;
  let trouble: string | undefined;
  let loudestDb = -Infinity;
  const startedAtMs = performance.now();
  const heard = lastValueFrom(stream.messages$.pipe(tap(({ json }) => {
    const message = JSON.parse(json) as ServerMessage;
    if (message.type === 'prediction') {
      loudestDb = Math.max(loudestDb, message.level);
      onProgress?.({ scoredMs: message.atMs, durationMs: file.durationMs, elapsedMs: performance.now() - startedAtMs });
    } else if (message.type === 'summary') summary = message;
    else if (message.type === 'error') trouble = message.message;
    else if (message.type === 'restarted') trouble = `was not scored as a whole: scoring was interrupted before ${(message.atMs / 1000).toFixed(1)} s and started from scratch`;
  })), { defaultValue: undefined });
  try {
    for await (const chunk of file.chunks()) {
      if (!stream.send(chunk)) await stream.drained();
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    trouble ??= error.message;
  }
  stream.end();
  await heard;
  return answer(path, summary, trouble ?? (summary ? undefined : 'was not classified: stopped'), loudestDb);
}

function answer(file: string, summary: Summary | undefined, trouble: string | undefined, loudestDb = -Infinity): Classified {
  if (!summary) return { file, durationMs: 0, genre: null, p: 0, top: [], segments: [], ...(trouble && { error: trouble }) };
  const { durationMs, segments, genre } = summary;
  const isSilent = segments.length > 0 && loudestDb < SETTINGS.silenceDb.default;
  const isShort = genre === null && !isSilent && !segments.some(({ state }) => state === 'speech' || state === 'unknown');
  const error = trouble ?? (isSilent ? 'is silent' : isShort ? `is too short to judge (${(durationMs / 1000).toFixed(1)} s)` : undefined);
  return {
    file,
    durationMs,
    genre,
    p: summary.p,
    top: (summary.top ?? []).map(([label, p]) => ({ genre: label, p })),
    segments: segments.map(({ fromMs, toMs, genre: label, p, state }) => ({ fromMs, toMs, genre: label, p, state })),
    ...(error && { error }),
  };
}
