/** Tags beside the genre, on the command line. */
import { MAX_TAGS } from '../protocol/client-messages.js';
import type { Tag } from '../protocol/messages.js';

export const DEFAULT_TAGS = 5;
export const TAGS_HELP = `Most tags beside the genre, such as instrumental or calm, 0 to ${MAX_TAGS}`;

/** For example `also: electronic, instrumental, calm`; undefined if there are none. */
export function tagWords({ tags = [] }: { readonly tags?: readonly Tag[] | undefined }): string | undefined {
  return tags.length === 0 ? undefined : `also: ${tags.map(([name]) => name).join(', ')}`;
}
