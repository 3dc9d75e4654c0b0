/**
 * The tags of a stream: what its music has beside the genre. Each tag's probability is a running mean over the
 * blocks of music, a plain mean at first, an exponential moving average later. The tags that are named are those
 * whose mean lies furthest above what is usual for the tag (as a difference of log odds), so that a rare tag that
 * is fairly sure comes before a common one, and a word stays until it is clearly less true than others: a tag is
 * named from a mean of `ENTER` on, until it falls below `LEAVE`, and others replace it only with a lead of `LEAD`.
 */
import { smoothingGain, type ModelTag } from '../../models/manifest.js';
import type { Mood, Tag } from '../protocol/messages.js';
import { logOdds } from './log-odds.js';
import { moodOf } from './mood.js';
import { round } from './segments.js';

/** Time constant of the means, ms. */
const TIME_CONSTANT_MS = 8000;
/** Mean probability at which a tag may be named, and below which it no longer is. */
const ENTER = 0.5;
const LEAVE = 0.35;
/** Log odds by which a tag must lead one that is named, to take its place. */
const LEAD = 0.7;

/** What is named after a block. */
export interface NamedTags {
  readonly tags: readonly Tag[];
  /** Absent if the model has no tags for it. */
  readonly mood?: Mood;
}

export class Tags {
  readonly #tags: readonly ModelTag[];
  readonly #most: number;
  readonly #gain: number;
  /** Log odds of what is usual for each tag. */
  readonly #usual: Float64Array;
  readonly #means: Float64Array;
  /** Sums of the blocks' probabilities over the whole stream, for the summary. */
  readonly #sums: Float64Array;
  #blocks = 0;
  /** Indices of the named tags, most telling first. */
  #named: number[] = [];

  /**
   * @param most how many are named
   * @param blockMs audio from one push to the next
   */
  constructor(tags: readonly ModelTag[], most: number, blockMs: number) {
    this.#tags = tags;
    this.#most = most;
    this.#gain = smoothingGain(TIME_CONSTANT_MS, blockMs);
    this.#usual = Float64Array.from(tags, ({ usual }) => logOdds(usual));
    this.#means = new Float64Array(tags.length);
    this.#sums = new Float64Array(tags.length);
  }

  /**
   * @param probabilities [tags] of a block of music
   * @param musicBlocks blocks of music since the genre was reset, with this one; 1 forgets the tags before
   */
  push(probabilities: ArrayLike<number>, musicBlocks: number): void {
    const gain = Math.max(this.#gain, 1 / musicBlocks);
    for (let tag = 0; tag < this.#means.length; tag++) {
      const p = probabilities[tag]!;
      this.#means[tag] = this.#means[tag]! + gain * (p - this.#means[tag]!);
      this.#sums[tag] = this.#sums[tag]! + p;
    }
    this.#blocks++;
    if (musicBlocks === 1) this.#named = [];
  }

  /** The tags to name now; called where a genre could be shown. */
  name(): NamedTags {
    const means = this.#means;
    const named = this.#named;
    const strength = (tag: number): number => logOdds(means[tag]!) - this.#usual[tag]! + (named.includes(tag) ? LEAD : 0);
    const chosen = this.#tags.flatMap((_, tag) => (means[tag]! >= (named.includes(tag) ? LEAVE : ENTER) ? [tag] : []))
      .sort((a, b) => strength(b) - strength(a)).slice(0, this.#most);
    // Those that stay keep their order until one leads the one before it.
    const order = new Map(named.map((tag, place) => [tag, place]));
    chosen.sort((a, b) => (order.get(a) ?? named.length) - (order.get(b) ?? named.length));
    for (let place = 1; place < chosen.length; place++) {
      for (let at = place; at > 0; at--) {
        const [before, tag] = [chosen[at - 1]!, chosen[at]!];
        if (strength(tag) - strength(before) <= (order.has(tag) && order.has(before) ? LEAD : 0)) break;
        [chosen[at - 1], chosen[at]] = [tag, before];
      }
    }
    this.#named = chosen;
    return this.#result(chosen, means);
  }

  /** The tags of the whole stream, by their mean over all blocks of music. */
  summary(): NamedTags {
    if (this.#blocks === 0) return { tags: [] };
    const means = this.#sums.map((sum) => sum / this.#blocks);
    const chosen = this.#tags.flatMap((_, tag) => (means[tag]! >= LEAVE ? [tag] : []))
      .sort((a, b) => logOdds(means[b]!) - this.#usual[b]! - logOdds(means[a]!) + this.#usual[a]!).slice(0, this.#most);
    return this.#result(chosen, means);
  }

  #result(chosen: readonly number[], means: Float64Array): NamedTags {
    const mood = moodOf(this.#tags, means);
    return { tags: chosen.map((tag): Tag => [this.#tags[tag]!.name, round(means[tag]!, 3)]), ...(mood && { mood }) };
  }
}
