/** Which tracks of a library have what a listener wishes to hear: tags and moods, in the words that stations are found by. */
import { commaList } from '../comma-list.js';
import { fitOf, type Wish } from '../tune/wish.js';
import type { TrackRow } from './catalogue.js';

/** Least fit of a tag or mood, 0 to 1. A mood is 0.5 for music as usual, so more than that. */
const MIN_FIT = 0.6;

/** @param wish its genres do not count here */
export function isWished({ tags, mood }: Pick<TrackRow, 'tags' | 'mood'>, wish: Pick<Wish, 'tags' | 'moods'>): boolean {
  // A tag that is named is heard, however sure it is.
  if (wish.tags.some((word) => !(tags ?? []).some(([name]) => name === word))) return false;
  return fitOf({ genres: [], tags: [], moods: wish.moods }, { heard: 'music', genre: null, p: 0, mood: mood ?? {} }) >= MIN_FIT;
}

/** How many tracks have each tag, the most frequent first. */
export function countTags(tracks: Iterable<Pick<TrackRow, 'tags'>>): readonly (readonly [tag: string, tracks: number])[] {
  const counts = new Map<string, number>();
  for (const { tags } of tracks) for (const [name] of tags ?? []) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

/**
 * Words with commas, each one of those known; case does not matter. `calm` and `happy` are moods and may be tags
 * too, so the two are asked for apart.
 * @returns the first word that is none, where there is one; none at all is an empty word
 */
export function wordsAmong<Word extends string>(text: string, known: readonly Word[]): { readonly words: readonly Word[] } | { readonly unknown: string } {
  const words = commaList(text);
  const found = words.map((word) => known.find((each) => each.toLowerCase() === word.toLowerCase()));
  const unknown = words[found.indexOf(undefined)];
  return unknown !== undefined || words.length === 0 ? { unknown: unknown ?? '' } : { words: found as Word[] };
}
