/** Figures of degraded audio compared with the same tracks clean. */
import { figuresOf, verdict, type Figures } from './figures.js';
import type { TrackResult } from './classify-tracks.js';

export interface DegradedFigures extends Figures {
  /** Difference of track accuracy to clean audio, percentage points; negative is worse. */
  readonly trackDifference: number;
  /** Difference of excerpt accuracy to clean audio, percentage points. */
  readonly segmentDifference: number;
  /** Tracks classified correctly only when clean. */
  readonly tracksLost: number;
  /** Tracks classified correctly only when degraded. */
  readonly tracksGained: number;
}

/** @param degraded results of the same tracks as `clean`, in the same order */
export function degradedFiguresOf(degraded: readonly TrackResult[], clean: readonly TrackResult[], cleanFigures: Figures, labels: readonly string[]): DegradedFigures {
  const figures = figuresOf(degraded, labels, cleanFigures);
  const isRight = ({ truth, blocks }: TrackResult): boolean => verdict(blocks, labels.length) === truth;
  return {
    ...figures,
    trackDifference: 100 * (figures.trackAccuracy - cleanFigures.trackAccuracy),
    segmentDifference: 100 * (figures.segmentAccuracy - cleanFigures.segmentAccuracy),
    tracksLost: clean.filter((track, index) => isRight(track) && !isRight(degraded[index]!)).length,
    tracksGained: clean.filter((track, index) => !isRight(track) && isRight(degraded[index]!)).length,
  };
}
