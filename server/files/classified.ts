/** The answer for a sound file: a line of `classify --json`, and the JSON of `POST /v1/classify`. */
import type { Classified, Summary } from '../protocol/messages.js';
import { SETTINGS } from '../settings.js';

/** What is known besides the summary. */
export interface Circumstances {
  /** Why the file could not be scored as a whole; undefined if it was. */
  readonly trouble?: string | undefined;
  /** Level of the loudest block, dBFS. */
  readonly loudestDb?: number;
  readonly note?: string | undefined;
}

/** @param file name to show */
export function classified(file: string, summary: Summary | undefined, { trouble, loudestDb = -Infinity, note }: Circumstances): Classified {
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
    ...tagsOf(summary),
    ...(error && { error }),
    ...(note && { note }),
  };
}

/** Tags and mood, where they were asked for. */
function tagsOf({ tags, mood }: Summary): Pick<Classified, 'tags' | 'mood'> {
  return { ...(tags && { tags }), ...(mood && { mood }) };
}

/** Why there is nothing to say about the sound; undefined if its segments say something. */
export function emptyVerdict({ durationMs, segments }: Pick<Summary, 'durationMs' | 'segments'>, loudestDb: number): string | undefined {
  if (segments.some(({ state }) => state === 'music' || state === 'speech' || state === 'unknown')) return undefined;
  // What is shorter than the warm-up can be silent too.
  if (segments.some(({ state }) => state === 'silence') || (segments.length > 0 && loudestDb < SETTINGS.silenceDb.default)) return 'is silent';
  return `is too short to judge (${(durationMs / 1000).toFixed(1)} s)`;
}
