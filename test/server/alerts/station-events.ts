/** What happens to a station, written short; and what its rules make of it. */
import type { Prediction, StationState } from '../../../server/protocol/messages.js';
import type { Finding, Follower } from '../../../server/alerts/rules/rule.js';
import type { StationEvent } from '../../../server/stations/station-event.js';

/** A second of sound that ends at a time; loud music of one genre unless said otherwise. */
export function heard(atMs: number, said: Partial<Prediction> = {}, spanMs = 1000): Extract<StationEvent, { type: 'prediction' }> {
  const state = said.state ?? 'music';
  const prediction: Prediction = {
    type: 'prediction', seq: 1, atMs: 0, state, genre: state === 'music' ? 'blues' : null, p: 0.9, top: [], music: 1, level: -20, peak: -10, lagMs: 0, droppedMs: 0, ...said,
  };
  return { type: 'prediction', atMs, spanMs, prediction };
}

export const became = (state: StationState, atMs: number, reason: string | null = null): StationEvent => ({ type: 'state', atMs, state, reason });

/** A second of each of these, one after the other; what was found. */
export function hear(follower: Follower, fromMs: number, seconds: readonly Partial<Prediction>[]): Finding[] {
  const found = seconds.map((said, index) => follower.take(heard(fromMs + 1000 * (index + 1), said)));
  return found.filter((finding) => finding !== undefined);
}

export const times = <T>(count: number, each: T): T[] => Array.from({ length: count }, () => each);

/** True when every alert that is raised is over before the next one, and none is over that was not raised. */
export function takesTurns(kinds: readonly Finding['kind'][]): boolean {
  return kinds.every((kind, index) => kind === (index % 2 === 0 ? 'raised' : 'recovered'));
}
