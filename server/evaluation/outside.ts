/**
 * Detection of music of none of the labels: how well its reported probability separates such music from the
 * labelled tracks, and how often either is shown as `unknown`.
 * A track's score is the mean of the reported probability over its blocks of music that end after 2 s, or
 * over all of them if there are none after 2 s.
 */
import { auroc } from '../../models/metrics.js';
import type { BlockResult, TrackResult } from './classify-tracks.js';

/** Name given to the genre of such music. */
export const OUTSIDE = 'outside';
const SETTLED_MS = 2000;
const JUDGED: ReadonlySet<BlockResult['state']> = new Set(['music', 'speech', 'unknown']);

export interface OutsideFigures {
  readonly split: string;
  /** Number of labelled tracks, and of tracks of none of the labels. */
  readonly tracks: readonly [labelled: number, outside: number];
  /** Area under the ROC curve over tracks; null if one side has none with music. */
  readonly auroc: number | null;
  /** The same over single blocks. */
  readonly blockAuroc: number | null;
  /** Share of the labelled tracks' judged blocks (not in warm-up or silence) whose state is `unknown`, 0 to 1. */
  readonly labelledShownUnknown: number;
  /** The same of the other tracks: those that are found. */
  readonly outsideShownUnknown: number;
}

/** @param outside tracks of music of none of the labels */
export function outsideFiguresOf(labelled: readonly TrackResult[], outside: readonly TrackResult[], split: string): OutsideFigures {
  return {
    split,
    tracks: [labelled.length, outside.length],
    auroc: auroc(outside.flatMap(trackScore), labelled.flatMap(trackScore)) ?? null,
    blockAuroc: auroc(outside.flatMap(scores), labelled.flatMap(scores)) ?? null,
    labelledShownUnknown: shareUnknown(labelled),
    outsideShownUnknown: shareUnknown(outside),
  };
}

/** Of one track, or none if no block of it is music. */
function trackScore(track: TrackResult): number[] {
  const all = scores(track);
  return all.length > 0 ? [all.reduce((sum, score) => sum + score, 0) / all.length] : [];
}

function scores({ blocks }: TrackResult): number[] {
  const music = blocks.filter(({ counts }) => counts);
  const late = music.filter(({ atMs }) => atMs > SETTLED_MS);
  return (late.length > 0 ? late : music).flatMap(({ smoothedOutside }) => smoothedOutside ?? []);
}

function shareUnknown(tracks: readonly TrackResult[]): number {
  const judged = tracks.flatMap(({ blocks }) => blocks.filter(({ state }) => JUDGED.has(state)));
  return judged.length > 0 ? judged.filter(({ state }) => state === 'unknown').length / judged.length : 0;
}
