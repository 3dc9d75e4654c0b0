/** Tags as words beside the genre. */
import type { Mood, Prediction } from '../../../server/protocol/messages.js';

/** Most tags beside the genre. */
export const SHOWN_TAGS = 5;

/** For example `also: electronic, instrumental, calm`; empty if there are none. */
export function tagWords({ tags = [] }: Pick<Prediction, 'tags'>): string {
  return tags.length === 0 ? '' : `also: ${tags.slice(0, SHOWN_TAGS).map(([name]) => name).join(', ')}`;
}

/** Within this of 0.5 an axis of mood says nothing. */
const MIDDLE = 0.1;

/** For example `calm, happy`; `neither calm nor lively, sad nor happy` would say nothing, so that is `as usual`. */
export function moodWords({ lively = 0.5, happy = 0.5 }: Mood): string {
  const words = [[lively, 'calm', 'lively'], [happy, 'sad', 'happy']] as const;
  return words.flatMap(([value, low, high]) => (value < 0.5 - MIDDLE ? [low] : value > 0.5 + MIDDLE ? [high] : [])).join(', ') || 'as usual';
}
