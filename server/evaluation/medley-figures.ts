/** Delay of genre changes in medleys, and the rate of false changes. */
import { quantile } from '../../models/metrics.js';
import { flips } from './figures.js';
import type { MedleyResult } from './medley.js';

/**
 * Delays from the splice to the end of the first block that shows the new genre. A change is never
 * shown if the next splice or the end comes first.
 */
export interface Delays {
  readonly changes: number;
  /** Over all changes, with those never shown as infinite: null if half of them or more are. */
  readonly medianMs: number | null;
  /** Same for the 90th percentile; null if a tenth of them or more are never shown. */
  readonly p90Ms: number | null;
  /** Over the shown changes only. */
  readonly medianShownMs: number | null;
  readonly p90ShownMs: number | null;
  /** Share of changes never shown, 0 to 1. */
  readonly neverShown: number;
}

export interface MedleyFigures {
  readonly medleys: number;
  readonly seed: number;
  readonly minutes: number;
  /** All changes. */
  readonly all: Delays;
  /** Changes to tracks that the model classifies correctly on their own. */
  readonly rightAlone: Delays;
  /** False changes: changes of the shown genre other than the first one to a part's true genre. */
  readonly extraFlipsPerMinute: number;
}

/** @param isRightAlone whether the model classifies the track with this id correctly on its own */
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

/** Each change with its delay; Infinity if it is never shown. */
function changesOf({ blocks, parts }: MedleyResult): { trackId: string; delayMs: number }[] {
  return parts.slice(1).map(({ trackId, truth, fromMs, toMs }) => {
    const seen = blocks.find(({ atMs, shown }) => atMs > fromMs && atMs <= toMs && shown === truth);
    return { trackId, delayMs: seen === undefined ? Infinity : seen.atMs - fromMs };
  });
}

/** One flip to a part's true genre is expected; all others are extra. */
function extraFlips({ blocks, parts }: MedleyResult): number {
  const expected = parts.filter(({ truth, fromMs, toMs }) => {
    const before = blocks.findLast(({ atMs, shown }) => atMs <= fromMs && shown !== null)?.shown;
    return before !== undefined && before !== truth && blocks.some(({ atMs, shown }) => atMs > fromMs && atMs <= toMs && shown === truth);
  });
  return flips(blocks) - expected.length;
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
