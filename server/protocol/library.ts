/** The answers about a library of music: `GET /v1/library`, `/v1/library/map`, `/v1/tracks`, `/v1/tracks/ID` and `/v1/tracks/ID/similar`. */
import type { Classified, Mood, StreamState, Tag } from './messages.js';

export interface Track {
  readonly id: number;
  /** Relative to the folder of music, as people read it. */
  readonly path: string;
  readonly title: string;
  readonly artist: string | null;
  readonly album: string | null;
  readonly genre: string | null;
  /** Confidence in `genre`, 0 to 1. */
  readonly p: number;
  readonly durationMs: number;
}

export interface ListedTrack extends Track {
  /** What its music has beside the genre, most telling first; null where the model was not asked. */
  readonly tags: readonly Tag[] | null;
  readonly mood: Mood | null;
  /** What most of it is: `music` if it has a genre. */
  readonly state: StreamState;
  /** Kind of the error. */
  readonly problem: string | null;
  readonly error: string | null;
}

export interface TrackDetail extends ListedTrack, Pick<Classified, 'top' | 'segments'> {
  readonly note: string | null;
  readonly isQuick: boolean;
  readonly model: { readonly name: string; readonly version: string };
}

export interface SimilarTrack extends Track {
  /** 0.5 for nothing in common, 1 for the same music. */
  readonly similarity: number;
}

export interface TrackPage {
  /** All that fit. */
  readonly total: number;
  readonly revision: number;
  readonly tracks: readonly ListedTrack[];
  /** Id to go on after; null on the last page. */
  readonly next: number | null;
}

/** Counts of tracks, the most frequent first. */
export interface LibrarySummary {
  /** Another number when the library was read anew. */
  readonly revision: number;
  readonly tracks: number;
  readonly durationMs: number;
  readonly errors: number;
  readonly genres: readonly { readonly genre: string; readonly tracks: number }[];
  /** Tracks without a genre by what they mostly are, those with an error excluded. */
  readonly states: readonly { readonly state: StreamState; readonly tracks: number }[];
  readonly tags: readonly { readonly tag: string; readonly tracks: number }[];
  /** Moods that can be asked for; empty if the model tells none. */
  readonly moods: readonly string[];
  /** Null before the first track. */
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

/** Columns that tracks can be sorted by. */
export const SORTS = ['path', 'title', 'artist', 'album', 'genre', 'p', 'durationMs', 'error'] as const;
export type Sort = (typeof SORTS)[number];
