/** What a listener wants to hear, and how well what a station plays now fits it. */
import type { StationGlance } from '../protocol/messages.js';

/** Each mood is one end of an axis of `Mood`. */
const MOODS = { calm: ['lively', 0], lively: ['lively', 1], sad: ['happy', 0], happy: ['happy', 1] } as const;
export type MoodWord = keyof typeof MOODS;
export const MOOD_WORDS = Object.keys(MOODS) as readonly MoodWord[];

export interface Wish {
  /** Any of these; empty for any music. */
  readonly genres: readonly string[];
  /** All of these. */
  readonly tags: readonly string[];
  /** All of these. */
  readonly moods: readonly MoodWord[];
}

/** The part of a glance that is compared with a wish. */
export type HeardNow = Pick<StationGlance, 'heard' | 'genre' | 'p' | 'tags' | 'mood'>;

/** What a model can hear. */
export interface Words {
  readonly labels: readonly string[];
  /** Empty if it has none. */
  readonly tags: readonly string[];
}

/**
 * How sure it is that the wish is heard now, 0 to 1: as sure as its least sure part. 0 for speech,
 * silence and another genre. Music without a wish is 1.
 */
export function fitOf({ genres, tags, moods }: Wish, { heard, genre, p, tags: named = [], mood = {} }: HeardNow): number {
  if (heard !== 'music') return 0;
  let fit = 1;
  if (genres.length > 0) fit = genre !== null && genres.includes(genre) ? p : 0;
  for (const tag of tags) fit = Math.min(fit, named.find(([name]) => name === tag)?.[1] ?? 0);
  for (const word of moods) {
    const [axis, end] = MOODS[word];
    const value = mood[axis];
    fit = Math.min(fit, value === undefined ? 0 : end === 1 ? value : 1 - value);
  }
  return fit;
}

/**
 * Reads words such as `jazz`, `calm` and `piano`, in any order. A word that is a genre is one, also
 * where there is a tag of that name; case does not matter.
 * @returns the words that are none, where there are any
 */
export function wishOf(words: readonly string[], known: Words): { readonly wish: Wish } | { readonly unknown: readonly string[] } {
  const wish: { genres: string[]; tags: string[]; moods: MoodWord[] } = { genres: [], tags: [], moods: [] };
  const unknown: string[] = [];
  for (const word of words.map((each) => each.trim()).filter((each) => each !== '')) {
    const same = (name: string): boolean => name.toLowerCase() === word.toLowerCase();
    const label = known.labels.find(same);
    const mood = MOOD_WORDS.find(same);
    const tag = known.tags.find(same);
    if (label !== undefined) wish.genres.push(label);
    else if (mood !== undefined) wish.moods.push(mood);
    else if (tag !== undefined) wish.tags.push(tag);
    else unknown.push(word);
  }
  return unknown.length > 0 ? { unknown } : { wish };
}
