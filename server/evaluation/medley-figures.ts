/** How soon a stream notices that the genre has changed, and how often it sees changes that are none. */
import { quantile } from '../../models/metrics.js';
import { flips } from './figures.js';
import type { MedleyResult } from './medley.js';

/**
 * Delays of some changes: from the splice to the end of the first block that shows the new genre. A
 * change counts as never shown when the next one, or the end, comes first.
 */
export interface Delays {
  readonly changes: number;
  /** Over all changes, those never shown as infinitely late: null where half of them or more are. */
  readonly medianMs: number | null;
  /** Likewise; null where a tenth of them or more are never shown. */
  readonly p90Ms: number | null;
  /** Over the changes that were shown. */
  readonly medianShownMs: number | null;
  readonly p90ShownMs: number | null;
  /** Share of the changes, 0 to 1. */
  readonly neverShown: number;
}

export interface MedleyFigures {
  readonly medleys: number;
  readonly seed: number;
  readonly minutes: number;
  /** Changes to any track. */
  readonly all: Delays;
  /** Changes to tracks whose genre the model gets right when it hears the whole track alone. */
  readonly rightAlone: Delays;
  /** Changes of the shown genre that are not the first to a part's true one. */
  readonly extraFlipsPerMinute: number;
}

/** @param isRightAlone whether the model gets a track's genre right, by the track's id */
export function medleyFiguresOf(results: readonly MedleyResult[], isRightAlone: (trackId: string) => boolean, seed: number): MedleyFigures {
  const changes = results.flatMap(changesOf);
  const minutes = results.reduce((total, { parts }) => total + parts.at(-1)!.toMs, 0) / 60_000;
  return {
    medleys: results.length,
    seed,
    minutes,
    all: delaysOf(changes.map(({ delayMs }) => delayMs)),
    rightAlone: delaysOf(changes.filter(({ trackId }) => isRightAlone(trackId)).map(({ delayMs }) => delayMs)),
    extraFlipsPerMinute: minutes > 0 ? results.reduce((total, medley) => total + extraFlips(medley), 0) / minutes : 0,
  };
}

/** Each change with its delay; Infinity for one that was never shown. */
function changesOf({ blocks, parts }: MedleyResult): { trackId: string; delayMs: number }[] {
  return parts.slice(1).map(({ trackId, truth, fromMs, toMs }) => {
    const seen = blocks.find(({ atMs, shown }) => atMs > fromMs && atMs <= toMs && shown === truth);
    return { trackId, delayMs: seen === undefined ? Infinity : seen.atMs - fromMs };
  });
}

/** A flip to a part's true genre is owed once; all others are extra. */
function extraFlips({ blocks, parts }: MedleyResult): number {
  const owed = parts.filter(({ truth, fromMs, toMs }) => {
    const before = blocks.findLast(({ atMs, shown }) => atMs <= fromMs && shown !== null)?.shown;
    return before !== undefined && before !== truth && blocks.some(({ atMs, shown }) => atMs > fromMs && atMs <= toMs && shown === truth);
  });
  return flips(blocks) - owed.length;
}

function delaysOf(delaysMs: readonly number[]): Delays {
  const shown = delaysMs.filter(Number.isFinite);
  return {
    changes: delaysMs.length,
    medianMs: finite(quantile(delaysMs, 0.5)),
    p90Ms: finite(quantile(delaysMs, 0.9)),
    medianShownMs: quantile(shown, 0.5) ?? null,
    p90ShownMs: quantile(shown, 0.9) ?? null,
    neverShown: delaysMs.length > 0 ? (delaysMs.length - shown.length) / delaysMs.length : 0,
  };
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
