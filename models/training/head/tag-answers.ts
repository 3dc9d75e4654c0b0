/**
 * What teachers answer for the tags of the vocabulary, and which music counts as having a tag: the tenth of it for
 * which the answers are highest. How likely a teacher calls a tag says little, as most tags are rarely used.
 */
import { quantile } from '../../metrics.js';
import type { ModelTag } from '../../manifest.js';
import type { Teacher } from '../data/teacher.js';
import { spelledAs, tagsBeside, type VocabularyTag } from './tag-vocabulary.js';

/** Share of the music that has a tag by definition, at most. */
const TOP_SHARE = 0.1;
/** Lowest answer that counts as having a tag, unless the tag is common. */
const LEAST_ANSWER = 0.05;

/** A tag with its teachers' answers. */
export interface AnsweredTag extends VocabularyTag {
  /** The teachers' spellings. */
  readonly from: readonly string[];
  /** [windows] mean of the teachers' log odds. */
  readonly logOdds: Float32Array;
  /** Log odds from which on music counts as having it. */
  readonly threshold: number;
}

/** The teachers' answers for all tags of the vocabulary that they know, the labels aside. */
export function answeredTags({ outputs }: Pick<Teacher, 'outputs'>, labels: readonly string[]): AnsweredTag[] {
  return tagsBeside(labels).flatMap((tag): AnsweredTag[] => {
    const witnesses = outputs.flatMap(({ names = [], size, values }) => {
      const columns = spelledAs(tag, names);
      return columns.length === 0 ? [] : [{ size, values, columns, names: columns.map((column) => names[column]!) }];
    });
    const [first] = witnesses;
    if (!first) return [];
    // Of one teacher's spellings the most likely counts; of several teachers the mean.
    const logOdds = Float32Array.from({ length: first.values.length / first.size }, (_, window) => witnesses.reduce((sum, { size, values, columns }) => sum + Math.max(...columns.map((column) => logit(values[window * size + column]!))), 0) / witnesses.length);
    const top = quantile([...logOdds], 1 - TOP_SHARE)!;
    return [{ ...tag, from: witnesses.flatMap(({ names }) => names), logOdds, threshold: tag.isCommon ? top : Math.max(top, logit(LEAST_ANSWER)) }];
  });
}

/** Whether the music of a window has the tag. */
export function has({ logOdds, threshold }: AnsweredTag, window: number): boolean {
  return logOdds[window]! >= threshold;
}

/** The tag in `model.json`. */
export function modelTag({ name, kind, logOdds, threshold }: AnsweredTag): ModelTag {
  const usual = logOdds.reduce((count, value) => count + (value >= threshold ? 1 : 0), 0) / logOdds.length;
  return { name, kind, usual: Math.round(1e4 * usual) / 1e4 };
}

function logit(p: number): number {
  const inside = Math.min(Math.max(p, 1e-6), 1 - 1e-6);
  return Math.log(inside / (1 - inside));
}
