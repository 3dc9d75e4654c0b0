/**
 * Kinds of audio content that the pages distinguish. A prediction's state `unknown` covers two: sound
 * that is neither music nor speech, and music of an unknown genre; only the latter has a ranking in `top`.
 */
import type { Prediction, StreamState } from '../../../server/protocol/messages.js';

export type AudioContent = StreamState | 'noise';

export function contentOf({ state, top }: Pick<Prediction, 'state' | 'top'>): AudioContent {
  return state === 'unknown' && top.length === 0 ? 'noise' : state;
}

/** Short names, shown if there is no genre. */
export const CONTENT_NAMES: Readonly<Record<AudioContent, string>> = {
  warming: 'Listening',
  music: 'Music',
  speech: 'Speech',
  noise: 'Not music',
  unknown: 'Unknown',
  silence: 'Silence',
};

/** Sentences for screen readers. */
export const CONTENT_SENTENCES: Readonly<Partial<Record<AudioContent, string>>> = {
  speech: 'Speech.',
  noise: 'Not music.',
  unknown: 'Music of an unknown genre.',
  silence: 'Silence.',
};
