/**
 * Means of the tags and the mood of a stretch of history. A tag counts with its probability in the blocks that name
 * it and with 0 in the others, so that a word that is named for a moment only does not stand for the whole.
 */
import { round } from '../pipe/segments.js';
import type { Mood, Prediction, Tag } from '../protocol/messages.js';

/** Most tags in a row of history, and their lowest mean. */
const MOST = 5;
const LEAST = 0.25;

export class TagMeans {
  readonly #sums = new Map<string, number>();
  readonly #moods = new Map<keyof Mood, { sum: number; blocks: number }>();

  push({ tags = [], mood = {} }: Pick<Prediction, 'tags' | 'mood'>): void {
    for (const [name, p] of tags) this.#sums.set(name, (this.#sums.get(name) ?? 0) + p);
    for (const axis of ['lively', 'happy'] as const) {
      const value = mood[axis];
      if (value === undefined) continue;
      const { sum, blocks } = this.#moods.get(axis) ?? { sum: 0, blocks: 0 };
      this.#moods.set(axis, { sum: sum + value, blocks: blocks + 1 });
    }
  }

  /**
   * @param blocks of the stretch
   * @returns tags in order of their means, and the mood; each absent if there is none
   */
  means(blocks: number): { readonly tags?: readonly Tag[]; readonly mood?: Mood } {
    const tags = [...this.#sums].map(([name, sum]): Tag => [name, round(sum / blocks, 2)]).filter(([, p]) => p >= LEAST)
      .sort(([, a], [, b]) => b - a).slice(0, MOST);
    const mood: Mood = Object.fromEntries([...this.#moods].map(([axis, { sum, blocks: heard }]) => [axis, round(sum / heard, 2)]));
    return { ...(tags.length > 0 && { tags }), ...(this.#moods.size > 0 && { mood }) };
  }
}
