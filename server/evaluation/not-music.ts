/**
 * Music against speech and noise: how well the reported probability of music tells them apart, and
 * how often each is shown as the other.
 *
 * A track's score is the mean of that probability over its blocks that end after 2 s, when it has
 * heard enough, silent ones left out; over all that aren't silent where there are none later. What a
 * track is called is the state that most of its judged blocks show, judged being those neither
 * warming up nor silent.
 */
import { SOUND_KINDS } from '../../models/sound-kinds.js';
import { argmax, auroc } from '../../models/metrics.js';
import type { BlockResult, TrackResult } from './classify-tracks.js';

const SETTLED_MS = 2000;
/** Genres of a pack that are no music: what can be the truth of a track. */
export const NOT_MUSIC_KINDS = SOUND_KINDS.filter((kind) => kind !== 'music');

type Kind = (typeof SOUND_KINDS)[number];
/** Music of no known genre is `unknown` to a viewer, like noise. */
const SHOWN_AS: Partial<Record<BlockResult['state'], Kind>> = { music: 'music', speech: 'speech', unknown: 'noise' };

/** Area under the ROC curve of music against all that is not, and against each kind of that; null where the pack has none. */
export interface MusicAuroc {
  readonly all: number | null;
  readonly speech: number | null;
  readonly noise: number | null;
}

export interface NotMusicFigures {
  readonly split: string;
  /** Music, speech, noise. */
  readonly tracks: readonly number[];
  readonly auroc: MusicAuroc;
  /** The same over blocks, each for itself. */
  readonly blockAuroc: MusicAuroc;
  /** Share of music tracks called something else, 0 to 1; and of music's judged blocks. */
  readonly musicCalledNotMusic: number;
  readonly musicBlocksCalledNotMusic: number;
  /** Share of speech and noise called music, 0 to 1. */
  readonly notMusicCalledMusic: number;
  readonly notMusicBlocksCalledMusic: number;
  /** [truth][what it was called], both as music, speech, noise: tracks. Those with no judged block are in no column. */
  readonly confusion: ReadonlyArray<readonly number[]>;
  /** The same of judged blocks. */
  readonly blockConfusion: ReadonlyArray<readonly number[]>;
}

/**
 * @param music tracks of any genre
 * @param others tracks whose truth is an index into NOT_MUSIC_KINDS
 */
export function notMusicFiguresOf(music: readonly TrackResult[], others: readonly TrackResult[], split: string): NotMusicFigures {
  const groups = SOUND_KINDS.map((kind) => kind === 'music' ? music : others.filter(({ truth }) => NOT_MUSIC_KINDS[truth] === kind));
  const confusion = groups.map((tracks) => counts(tracks.map(({ blocks }) => calledMostly(blocks))));
  const blockConfusion = groups.map((tracks) => counts(tracks.flatMap(({ blocks }) => blocks.map(({ state }) => SHOWN_AS[state]))));
  return {
    split,
    tracks: groups.map((tracks) => tracks.length),
    auroc: aurocs(groups.map((tracks) => tracks.map(({ blocks }) => score(blocks)))),
    blockAuroc: aurocs(groups.map((tracks) => tracks.flatMap(({ blocks }) => settled(blocks).map((block) => block.music)))),
    musicCalledNotMusic: share(confusion.slice(0, 1), ([, ...others]) => total(others)),
    musicBlocksCalledNotMusic: share(blockConfusion.slice(0, 1), ([, ...others]) => total(others)),
    notMusicCalledMusic: share(confusion.slice(1), ([called = 0]) => called),
    notMusicBlocksCalledMusic: share(blockConfusion.slice(1), ([called = 0]) => called),
    confusion,
    blockConfusion,
  };
}

/** @param scores [kinds], each the scores of its tracks or blocks */
function aurocs([music = [], speech = [], noise = []]: ReadonlyArray<readonly number[]>): MusicAuroc {
  return { all: auroc(music, [...speech, ...noise]) ?? null, speech: auroc(music, speech) ?? null, noise: auroc(music, noise) ?? null };
}

function score(blocks: readonly BlockResult[]): number {
  const late = settled(blocks);
  const counted = late.length > 0 ? late : blocks.filter(isSound);
  // All silence: certainly no music.
  return counted.length > 0 ? total(counted.map(({ music }) => music)) / counted.length : 0;
}

function settled(blocks: readonly BlockResult[]): BlockResult[] {
  return blocks.filter((block) => block.atMs > SETTLED_MS && isSound(block));
}

function isSound({ loudness }: BlockResult): boolean {
  return loudness === 'sound';
}

/** The kind that most judged blocks show, the first of equals; undefined where none is judged. */
function calledMostly(blocks: readonly BlockResult[]): Kind | undefined {
  const called = counts(blocks.map(({ state }) => SHOWN_AS[state]));
  return called.some((count) => count > 0) ? SOUND_KINDS[argmax(called)] : undefined;
}

function counts(kinds: ReadonlyArray<Kind | undefined>): number[] {
  return SOUND_KINDS.map((kind) => kinds.filter((each) => each === kind).length);
}

/** Of all that these rows count; 0 where they are empty. */
function share(rows: ReadonlyArray<readonly number[]>, part: (row: readonly number[]) => number): number {
  const all = total(rows.map(total));
  return all > 0 ? total(rows.map(part)) / all : 0;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
