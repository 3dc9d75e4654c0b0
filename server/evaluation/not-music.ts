/**
 * Detection of music against speech and noise: how well the reported probability of music separates
 * them, and how often one is shown as the other.
 * A track's score is the mean probability of music over its non-silent blocks that end after 2 s, or
 * over all non-silent blocks if there are none after 2 s. A track is classified by the state that most
 * of its judged blocks show; blocks in warm-up or silence are not judged.
 */
import { SOUND_KINDS } from '../../models/sound-kinds.js';
import { argmax, auroc } from '../../models/metrics.js';
import type { BlockResult, TrackResult } from './classify-tracks.js';

const SETTLED_MS = 2000;
/** The sound kinds other than music; a not-music track has one of these as its truth. */
export const NOT_MUSIC_KINDS = SOUND_KINDS.filter((kind) => kind !== 'music');

type Kind = (typeof SOUND_KINDS)[number];
const SHOWN_AS: Partial<Record<BlockResult['state'], Kind>> = { music: 'music', speech: 'speech', unknown: 'noise' };

/** Area under the ROC curve of music against everything else, and against each other kind; null if the pack has no such tracks. */
export interface MusicAuroc {
  readonly all: number | null;
  readonly speech: number | null;
  readonly noise: number | null;
}

export interface NotMusicFigures {
  readonly split: string;
  /** Number of music, speech and noise tracks. */
  readonly tracks: readonly number[];
  readonly auroc: MusicAuroc;
  /** AUROC over single blocks. */
  readonly blockAuroc: MusicAuroc;
  /** Share of music tracks classified as something else, 0 to 1; and of their judged blocks. */
  readonly musicCalledNotMusic: number;
  readonly musicBlocksCalledNotMusic: number;
  /** Share of speech and noise tracks classified as music, 0 to 1; and of their judged blocks. */
  readonly notMusicCalledMusic: number;
  readonly notMusicBlocksCalledMusic: number;
  /**
   * [truth][classified as] numbers of tracks, in the order music, speech, noise. Tracks without a
   * judged block are in no column.
   */
  readonly confusion: ReadonlyArray<readonly number[]>;
  /** Same for judged blocks. */
  readonly blockConfusion: ReadonlyArray<readonly number[]>;
}

/**
 * @param music music tracks of any genre
 * @param others tracks whose truth is an index into NOT_MUSIC_KINDS
 */
export function notMusicFiguresOf(music: readonly TrackResult[], others: readonly TrackResult[], split: string): NotMusicFigures {
  const groups = SOUND_KINDS.map((kind) => kind === 'music' ? music : others.filter(({ truth }) => NOT_MUSIC_KINDS[truth] === kind));
  const confusion = groups.map((tracks) => counts(tracks.map(({ blocks }) => majorityKind(blocks))));
  const blockConfusion = groups.map((tracks) => counts(tracks.flatMap(({ blocks }) => blocks.map(shownAs))));
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

/** @param scores [kinds] scores of the tracks or blocks of each kind */
function aurocs([music = [], speech = [], noise = []]: ReadonlyArray<readonly number[]>): MusicAuroc {
  return { all: auroc(music, [...speech, ...noise]) ?? null, speech: auroc(music, speech) ?? null, noise: auroc(music, noise) ?? null };
}

function score(blocks: readonly BlockResult[]): number {
  const late = settled(blocks);
  const counted = late.length > 0 ? late : blocks.filter(isSound);
  // All blocks silent: not music.
  return counted.length > 0 ? total(counted.map(({ music }) => music)) / counted.length : 0;
}

function settled(blocks: readonly BlockResult[]): BlockResult[] {
  return blocks.filter((block) => block.atMs > SETTLED_MS && isSound(block));
}

function isSound({ loudness }: BlockResult): boolean {
  return loudness === 'sound';
}

/** The kind that most judged blocks show, the first in case of a tie; undefined without judged blocks. */
function majorityKind(blocks: readonly BlockResult[]): Kind | undefined {
  const called = counts(blocks.map(shownAs));
  return called.some((count) => count > 0) ? SOUND_KINDS[argmax(called)] : undefined;
}

/** The state `unknown` counts as noise, unless the model has an output that says otherwise. */
function shownAs({ state, isOutside }: BlockResult): Kind | undefined {
  return isOutside ? 'music' : SHOWN_AS[state];
}

function counts(kinds: ReadonlyArray<Kind | undefined>): number[] {
  return SOUND_KINDS.map((kind) => kinds.filter((each) => each === kind).length);
}

/** Share of the total count of these rows; 0 if they are empty. */
function share(rows: ReadonlyArray<readonly number[]>, part: (row: readonly number[]) => number): number {
  const all = total(rows.map(total));
  return all > 0 ? total(rows.map(part)) / all : 0;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
