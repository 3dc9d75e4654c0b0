/**
 * What follows one rule of one station: fed with what happens and with the clock, it says when
 * something begins and when it is over. It owns no timer, so its time is what it is told.
 */
import type { Rule, RuleType } from '../../stations/config.js';
import type { StationEvent } from '../../stations/station-event.js';

export interface Finding {
  /** `raised` is over with `recovered`, never raised twice between; `happened` is over at once. */
  readonly kind: 'raised' | 'recovered' | 'happened';
  /** ms since 1970 when it was found out. */
  readonly atMs: number;
  readonly fromMs: number;
  /** Null while it goes on. */
  readonly toMs: number | null;
  /** What follows "NAME: ". */
  readonly sentence: string;
  /** The numbers behind the sentence. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Follower {
  take(event: StationEvent): Finding | undefined;
  /** At least once a second. */
  tick(nowMs: number): Finding | undefined;
}

export type RuleOf<T extends RuleType> = Extract<Rule, { type: T }>;
export type PredictionEvent = Extract<StationEvent, { type: 'prediction' }>;
