/** Prediction events of a station. */
import type { Prediction, StreamState } from '../../../server/protocol/messages.js';
import type { StationEvent } from '../../../server/stations/station-event.js';

export const BLOCK_MS = 500;

const NO_MUSIC: readonly StreamState[] = ['warming', 'speech', 'silence', 'unknown'];

/**
 * A scored block that ends at this time.
 * @param what a genre, or a state without one
 */
export function heard(atMs: number, what: string, spanMs = BLOCK_MS): StationEvent {
  const state = NO_MUSIC.find((each) => each === what);
  const prediction: Prediction = {
    type: 'prediction', seq: 1, atMs: 0, state: state ?? 'music', genre: state ? null : what, p: state ? 0 : 0.5,
    top: [], music: 1, level: -20, peak: -10, lagMs: 0, droppedMs: 0,
  };
  return { type: 'prediction', atMs, spanMs, prediction };
}
