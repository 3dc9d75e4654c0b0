/** What the page of the library knows of it: answers of the server, and how its questions are written. */
import type { Classified, Mood, StreamState, Tag } from '../../../server/protocol/messages.js';

export interface Track {
  readonly id: number;
  readonly path: string;
  readonly title: string;
  readonly artist: string | null;
  readonly album: string | null;
  readonly genre: string | null;
  /** Confidence in `genre`, 0 to 1. */
  readonly p: number;
  readonly tags: readonly Tag[] | null;
  readonly mood: Mood | null;
  readonly state: StreamState;
  readonly durationMs: number;
  readonly error: string | null;
}

export interface TrackDetail extends Track, Pick<Classified, 'top' | 'segments'> {
  readonly note: string | null;
  readonly isQuick: boolean;
  readonly model: { readonly name: string; readonly version: string };
}

export interface SimilarTrack extends Track {
  /** 0.5 for nothing in common, 1 for the same music. */
  readonly similarity: number;
}

export interface LibrarySummary {
  readonly revision: number;
  readonly tracks: number;
  readonly durationMs: number;
  readonly errors: number;
  readonly genres: readonly { readonly genre: string; readonly tracks: number }[];
  readonly states: readonly { readonly state: StreamState; readonly tracks: number }[];
  /** The most frequent first. */
  readonly tags: readonly { readonly tag: string; readonly tracks: number }[];
  /** Empty if the model tells none. */
  readonly moods: readonly string[];
  readonly model: { readonly name: string; readonly version: string; readonly labels: readonly string[] } | null;
  readonly isWhole: boolean;
}

/** Where tracks lie, one element of each list for a track. */
export interface LibraryMapPoints {
  readonly revision: number;
  readonly ids: readonly number[];
  /** -1 to 1. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Index in `labels`; -1 without a genre. */
  readonly genres: readonly number[];
  readonly labels: readonly string[];
}

export type Sort = 'path' | 'title' | 'artist' | 'album' | 'genre' | 'p' | 'durationMs' | 'error';

export interface Question {
  readonly q: string;
  /** A genre, or what tracks without one mostly are. */
  readonly kind: { readonly genre: string } | { readonly state: StreamState } | undefined;
  /** What the music must have beside its genre. */
  readonly beside: { readonly mood: string } | { readonly tags: string } | undefined;
  readonly errors: boolean;
  readonly sort: Sort;
  readonly descending: boolean;
}

export interface TrackPage {
  readonly total: number;
  readonly tracks: readonly Track[];
}

/** The question as parameters of `GET /v1/tracks`. */
export function queryOf({ q, kind, beside, errors, sort, descending }: Question): URLSearchParams {
  const query = new URLSearchParams({ sort });
  if (q.trim() !== '') query.set('q', q.trim());
  for (const [name, value] of Object.entries({ ...kind, ...beside })) query.set(name, value);
  if (errors) query.set('errors', '1');
  if (descending) query.set('descending', '1');
  return query;
}

/** The question with a column's heading pressed: sorted by it, the other way round if it was. The surest and the longest come first. */
export function sortedBy(question: Question, sort: Sort): Question {
  const descending = question.sort === sort ? !question.descending : sort === 'p' || sort === 'durationMs';
  return { ...question, sort, descending };
}
