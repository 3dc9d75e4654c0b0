/**
 * Two axes derived from tags, not learned: from calm to lively, and from sad to happy. On each axis
 *   x = 1 / (1 + exp(-(mean of d over the tags of the upper end - mean of d over those of the lower end) / 2)),
 * d being a tag's log odds less the log odds of what is usual for it, limited to -3 to 3. Music that is as usual at
 * both ends is in the middle, 0.5. An axis that has no tag at one of its ends is left out.
 */
import type { ModelTag } from '../../models/manifest.js';
import type { Mood } from '../protocol/messages.js';
import { logOdds } from './log-odds.js';
import { round } from './segments.js';

/** Tags at the ends of each axis; of them those count that the model has. */
export const AXES: Readonly<Record<keyof Mood, { readonly lower: readonly string[]; readonly upper: readonly string[] }>> = {
  lively: { lower: ['calm', 'mellow', 'tender', 'ambient'], upper: ['exciting', 'party', 'dance', 'angry'] },
  happy: { lower: ['sad', 'scary'], upper: ['happy', 'funny'] },
};

const LIMIT = 3;

/**
 * @param means [tags] probabilities
 * @returns undefined if the model has no tags for either axis
 */
export function moodOf(tags: readonly ModelTag[], means: ArrayLike<number>): Mood | undefined {
  const end = (names: readonly string[]): number | undefined => {
    let sum = 0;
    let count = 0;
    tags.forEach(({ name, usual }, tag) => {
      if (!names.includes(name)) return;
      sum += Math.min(Math.max(logOdds(means[tag]!) - logOdds(usual), -LIMIT), LIMIT);
      count++;
    });
    return count > 0 ? sum / count : undefined;
  };
  const axis = ({ lower, upper }: (typeof AXES)[keyof Mood]): number | undefined => {
    const [low, high] = [end(lower), end(upper)];
    return low === undefined || high === undefined ? undefined : round(1 / (1 + Math.exp((low - high) / 2)), 3);
  };
  const [lively, happy] = [axis(AXES.lively), axis(AXES.happy)];
  if (lively === undefined && happy === undefined) return undefined;
  return { ...(lively !== undefined && { lively }), ...(happy !== undefined && { happy }) };
}
