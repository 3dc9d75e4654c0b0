/** Events of a station in order, timed by the wall clock. History and alerts are computed from them. */
import type { Prediction, StationState } from '../protocol/messages.js';

export type StationEvent =
  | {
    /** A block was scored. */
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
    /** The cause as a sentence; null if there is none. */
    readonly reason: string | null;
  }
  | {
    readonly type: 'title';
    readonly atMs: number;
    /** The source's title of what is playing; null when it stops sending one. */
    readonly title: string | null;
  };
