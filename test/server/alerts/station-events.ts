/** Short forms of station events, and of pushing them to a rule. */
import type { Prediction, StationState } from '../../../server/protocol/messages.js';
import type { Finding, RuleEvaluator } from '../../../server/alerts/rules/rule.js';
import type { StationEvent } from '../../../server/stations/station-event.js';

/** A block of a second that ends at this time; by default loud music of one genre. */
export function predictionEvent(atMs: number, said: Partial<Prediction> = {}, spanMs = 1000): Extract<StationEvent, { type: 'prediction' }> {
  const state = said.state ?? 'music';
  const prediction: Prediction = {
    type: 'prediction', seq: 1, atMs: 0, state, genre: state === 'music' ? 'blues' : null, p: 0.9, top: [], music: 1, level: -20, peak: -10, lagMs: 0, droppedMs: 0, ...said,
  };
  return { type: 'prediction', atMs, spanMs, prediction };
}

export const stateEvent = (state: StationState, atMs: number, reason: string | null = null): StationEvent => ({ type: 'state', atMs, state, reason });

/** Pushes consecutive blocks of a second; returns the findings. */
export function pushSeconds(evaluator: RuleEvaluator, fromMs: number, seconds: readonly Partial<Prediction>[]): Finding[] {
  const found = seconds.map((said, index) => evaluator.push(predictionEvent(fromMs + 1000 * (index + 1), said)));
  return found.filter((finding) => finding !== undefined);
}

export const times = <T>(count: number, each: T): T[] => Array.from({ length: count }, () => each);

/** Whether raised and recovered alternate, beginning with raised. */
export function alternates(kinds: readonly Finding['kind'][]): boolean {
  return kinds.every((kind, index) => kind === (index % 2 === 0 ? 'raised' : 'recovered'));
}
