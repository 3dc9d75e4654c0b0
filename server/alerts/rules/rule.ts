/**
 * Interface of the evaluators: each evaluates one rule of one station on its events and on a clock
 * tick, and returns when an alert begins and ends. It owns no timer; time comes with the calls.
 */
import type { Rule, RuleType } from '../../stations/config.js';
import type { StationEvent } from '../../stations/station-event.js';

export interface Finding {
  /** `raised` and `recovered` alternate; `happened` is a single event. */
  readonly kind: 'raised' | 'recovered' | 'happened';
  /** Time of detection, ms since 1970. */
  readonly atMs: number;
  readonly fromMs: number;
  /** Null while it is open. */
  readonly toMs: number | null;
  /** Description without the station's name. */
  readonly sentence: string;
  /** The values in the sentence. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface RuleEvaluator {
  push(event: StationEvent): Finding | undefined;
  /** Called at least once a second. */
  tick(nowMs: number): Finding | undefined;
}

export type RuleOf<T extends RuleType> = Extract<Rule, { type: T }>;
export type PredictionEvent = Extract<StationEvent, { type: 'prediction' }>;
