/** Figures of degraded sound beside those of the same tracks clean. */
import { figuresOf, verdict, type Figures } from './figures.js';
import type { TrackResult } from './classify-tracks.js';

export interface DegradedFigures extends Figures {
  /** Of right tracks against clean sound, in points of percent; below 0 is worse. */
  readonly trackDifference: number;
  /** Of right 4 s excerpts, likewise. */
  readonly segmentDifference: number;
  /** Tracks that clean sound gets right and this doesn't. */
  readonly tracksLost: number;
  /** Tracks that this gets right and clean sound doesn't. */
  readonly tracksGained: number;
}

/** @param degraded the tracks of `clean`, in its order */
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
