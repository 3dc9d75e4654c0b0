/** Tags as words beside the genre. */
import type { Prediction } from '../../../server/protocol/messages.js';

/** Most tags beside the genre. */
export const SHOWN_TAGS = 5;

/** For example `also: electronic, instrumental, calm`; empty if there are none. */
export function tagWords({ tags = [] }: Pick<Prediction, 'tags'>): string {
  return tags.length === 0 ? '' : `also: ${tags.slice(0, SHOWN_TAGS).map(([name]) => name).join(', ')}`;
}
