/** Query parameters for tracks by what their music has beside the genre. */
import { z } from '@hono/zod-openapi';
import type { Listed, Question } from '../../library/browse/listing.js';
import { wordsAmong } from '../../library/wished.js';
import { ProtocolError } from '../../protocol/errors.js';
import { MOOD_WORDS } from '../../tune/wish.js';

export const besideQuery = z.object({
  tags: z.string().max(1000).optional().meta({ description: 'Tags with commas; only tracks that have all of them' }),
  mood: z.string().max(100).optional().meta({ description: `Moods with commas (${MOOD_WORDS.join(', ')}); only tracks that are all of them` }),
});

/** @throws ProtocolError `bad-request` for a word that is none */
export function besideOf({ tags: known }: Pick<Listed, 'tags'>, { tags, mood }: z.output<typeof besideQuery>): Question['beside'] {
  if (tags === undefined && mood === undefined) return undefined;
  return {
    tags: tags === undefined ? [] : choices('tags', tags, known.map(([tag]) => tag)),
    moods: mood === undefined ? [] : choices('mood', mood, MOOD_WORDS),
  };
}

function choices<Word extends string>(name: string, given: string, known: readonly Word[]): readonly Word[] {
  const found = wordsAmong(given, known);
  if ('words' in found) return found.words;
  throw new ProtocolError('bad-request', `${name}: ${JSON.stringify(found.unknown)} is none of ${known.length > 0 ? known.join(', ') : 'the tags of this library, which has none'}.`);
}
