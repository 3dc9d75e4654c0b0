/** What `--quick` hears of a file: three stretches of it, each judged on its own, and one answer from the three. */
import type { Classified, Mood, Tag } from '../protocol/messages.js';

/** Tags kept of a file. */
export const TAGS_OF_A_FILE = 8;

export interface Stretch {
  readonly fromMs: number;
  readonly lengthMs: number;
}

const STRETCH_MS = 10_000;
/** Middles of the stretches, as shares of the length. */
const MIDDLES = [0.25, 0.5, 0.75] as const;
/** A shorter file is heard whole: three processes' worth of seeking would save little. */
const MIN_LENGTH_MS = 60_000;
/** Least mean probability of a tag, as in the summary of a stream. */
const MIN_TAG = 0.35;
/** Floor of probabilities before their logarithm: answers are rounded to four digits. */
const MIN_PROBABILITY = 5e-5;

/** @returns undefined for a file that is to be heard whole */
export function stretchesOf(durationMs: number | undefined): readonly Stretch[] | undefined {
  if (durationMs === undefined || durationMs < MIN_LENGTH_MS) return undefined;
  return MIDDLES.map((middle) => ({ fromMs: Math.round(middle * durationMs - STRETCH_MS / 2), lengthMs: STRETCH_MS }));
}

/**
 * One answer: the softmax of the mean log probabilities of the stretches, weighted by how long each was
 * music, as the answer for a whole file is that of its blocks. The timeline has gaps.
 * @param unknownBelow lowest probability at which a genre is named
 * @param hasOutside whether the model tells music of none of its labels: where that is most of the music, no genre is named
 */
export function joinAnswers(answers: readonly Classified[], stretches: readonly Stretch[], durationMs: number, unknownBelow: number, hasOutside = false): Classified {
  const sums = new Map<string, number>();
  let musicMs = 0;
  let outsideMs = 0;
  const besides: { readonly ms: number; readonly answer: Classified }[] = [];
  for (const answer of answers) {
    const { genre: named, top, segments } = answer;
    // A ranking without a genre is that of music of none of the labels.
    const isOutside = hasOutside && named === null && top.length > 0;
    const ownMs = segments.reduce((sum, { state, fromMs, toMs }) => sum + (state === 'music' || (isOutside && state === 'unknown') ? toMs - fromMs : 0), 0);
    if (ownMs === 0) continue;
    if (isOutside) outsideMs += ownMs;
    musicMs += ownMs;
    besides.push({ ms: ownMs, answer });
    for (const { genre, p } of top) sums.set(genre, (sums.get(genre) ?? 0) + ownMs * Math.log(Math.max(p, MIN_PROBABILITY)));
  }
  const weights = [...sums].map(([genre, sum]) => ({ genre, p: Math.exp(sum / musicMs) }));
  const total = weights.reduce((sum, { p }) => sum + p, 0);
  const top = weights.map(({ genre, p }) => ({ genre, p: Math.round((1e4 * p) / total) / 1e4 })).sort((a, b) => b.p - a.p);
  const best = top[0] && top[0].p >= unknownBelow && 2 * outsideMs <= musicMs ? top[0] : undefined;
  const segments = answers.flatMap(({ segments: own }, index) => own.map((segment) => ({ ...segment, fromMs: segment.fromMs + stretches[index]!.fromMs, toMs: segment.toMs + stretches[index]!.fromMs })));
  // The same trouble in all of them is the file's.
  const error = answers.every((each) => each.error !== undefined) ? answers[0]!.error : undefined;
  return { file: answers[0]!.file, durationMs: Math.round(durationMs * 10) / 10, genre: best?.genre ?? null, p: best?.p ?? 0, top, segments, ...joinTags(besides, musicMs), ...(error !== undefined && { error }) };
}

/** Means, weighted by how long each stretch was music. A tag that is not named in a stretch counts as 0 there, so that of the rare ones only those are left that most of the music has. */
function joinTags(stretches: readonly { readonly ms: number; readonly answer: Classified }[], musicMs: number): Pick<Classified, 'tags' | 'mood'> {
  if (!stretches.some(({ answer }) => answer.tags)) return {};
  const sums = new Map<string, number>();
  const moods = { lively: 0, happy: 0 };
  for (const { ms, answer: { tags = [], mood } } of stretches) {
    for (const [name, p] of tags) sums.set(name, (sums.get(name) ?? 0) + ms * p);
    moods.lively += ms * (mood?.lively ?? NaN);
    moods.happy += ms * (mood?.happy ?? NaN);
  }
  const mean = (sum: number): number => Math.round((1e3 * sum) / musicMs) / 1e3;
  const tags = [...sums].map(([name, sum]): Tag => [name, mean(sum)]).filter(([, p]) => p >= MIN_TAG).sort(([, a], [, b]) => b - a).slice(0, TAGS_OF_A_FILE);
  const mood: Mood = { ...(moods.lively >= 0 && { lively: mean(moods.lively) }), ...(moods.happy >= 0 && { happy: mean(moods.happy) }) };
  return { tags, ...(Object.keys(mood).length > 0 && { mood }) };
}
