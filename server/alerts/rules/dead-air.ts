/**
 * Dead air: a station is connected, but nothing above a level is heard. While it isn't connected
 * nothing is known about its sound: the rule pauses, an alert that is on stays on (to end it would
 * say that there is sound again), and `down` speaks about the rest.
 */
import type { StationEvent } from '../../stations/station-event.js';
import { duration, level } from '../format.js';
import type { Finding, Follower, RuleOf } from './rule.js';
import { Stretch } from './sustained-condition.js';

export class DeadAir implements Follower {
  readonly #rule: RuleOf<'dead-air'>;
  readonly #quiet: Stretch;

  constructor(rule: RuleOf<'dead-air'>, openSinceMs: number | null = null) {
    this.#rule = rule;
    this.#quiet = new Stretch({ forMs: 1000 * rule.forS, endAfterMs: 1000 * rule.endAfterS, forgiveMs: 0 }, openSinceMs);
  }

  take(event: StationEvent): Finding | undefined {
    if (event.type !== 'prediction') return undefined;
    const { belowDb, forS } = this.#rule;
    const { level: levelDb } = event.prediction;
    const change = this.#quiet.take(levelDb < belowDb, event);
    if (change === undefined) return undefined;
    const { fromMs, toMs } = this.#quiet;
    const found = { kind: change, atMs: event.atMs, fromMs, details: { levelDb, belowDb } };
    return change === 'raised'
      ? { ...found, toMs: null, sentence: `no sound above ${level(belowDb)} for ${duration(1000 * forS)} (level ${level(levelDb)}).` }
      : { ...found, toMs, sentence: `sound again after ${duration(toMs - fromMs)} (level ${level(levelDb)}).` };
  }

  tick(): undefined {}
}
