/** What a visitor may wish to hear, as words of the page: genres of the model, and moods. */
import { MOOD_WORDS, wishOf, type Wish } from '../../../server/tune/wish.js';

/** In the order of the page. */
export const WISH_MOODS = MOOD_WORDS;

/** @param word a genre or a mood; anything else is any music */
export function wishFor(word: string, labels: readonly string[], tags: readonly string[] = []): Wish {
  const found = wishOf([word], { labels, tags });
  return 'wish' in found ? found.wish : { genres: [], tags: [], moods: [] };
}
