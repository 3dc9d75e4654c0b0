/**
 * What a stream plays, as the page tells it apart. A prediction's `unknown` is two things: sound that
 * is no music, and music of no known genre; only the latter still ranks the genres.
 */
import type { Prediction, StreamState } from '../../../server/protocol/messages.js';

export type AudioContent = StreamState | 'noise';

export function contentOf({ state, top }: Pick<Prediction, 'state' | 'top'>): AudioContent {
  return state === 'unknown' && top.length === 0 ? 'noise' : state;
}

/** In a word or two, where there is no genre to name. */
export const CONTENT_NAMES: Readonly<Record<AudioContent, string>> = {
  warming: 'Listening',
  music: 'Music',
  speech: 'Speech',
  noise: 'Not music',
  unknown: 'Unknown',
  silence: 'Silence',
};

/** As a sentence that is read out. */
export const CONTENT_SENTENCES: Readonly<Partial<Record<AudioContent, string>>> = {
  speech: 'Speech.',
  noise: 'Not music.',
  unknown: 'Music of no known genre.',
  silence: 'Silence.',
};
