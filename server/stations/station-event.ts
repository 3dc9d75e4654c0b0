/** What happens to a station, in order, on the wall clock: what its history and its alerts are made from. */
import type { Prediction, StationState } from '../protocol/messages.js';

export type StationEvent =
  | {
    readonly type: 'prediction';
    /** ms since 1970 at the end of the block. */
    readonly atMs: number;
    /** Length of the block. */
    readonly spanMs: number;
    readonly prediction: Prediction;
  }
  | {
    readonly type: 'state';
    readonly atMs: number;
    readonly state: StationState;
    /** Why, in a sentence; null where there is nothing to say. */
    readonly reason: string | null;
  }
  | {
    readonly type: 'title';
    readonly atMs: number;
    /** What the source says is playing; null when it says nothing any more. */
    readonly title: string | null;
  };
