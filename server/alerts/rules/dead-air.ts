/**
 * Dead air: a station is connected, but its level stays below a threshold. While it is not connected
 * its level is unknown, so the rule pauses and an open alert stays open; `down` reports the loss.
 */
import type { StationEvent } from '../../stations/station-event.js';
import { duration, level } from '../format.js';
import type { Finding, RuleEvaluator, RuleOf } from './rule.js';
import { SustainedCondition } from './sustained-condition.js';

export class DeadAir implements RuleEvaluator {
  readonly #rule: RuleOf<'dead-air'>;
  readonly #quiet: SustainedCondition;

  constructor(rule: RuleOf<'dead-air'>, openSinceMs: number | null = null) {
    this.#rule = rule;
    this.#quiet = new SustainedCondition({ forMs: 1000 * rule.forS, endAfterMs: 1000 * rule.endAfterS, bridgeMs: 0 }, openSinceMs);
  }

  push(event: StationEvent): Finding | undefined {
    if (event.type !== 'prediction') return undefined;
    const { belowDb, forS } = this.#rule;
    const { level: levelDb } = event.prediction;
    const change = this.#quiet.push(levelDb < belowDb, event);
    if (change === undefined) return undefined;
    const { fromMs, toMs } = this.#quiet;
    const found = { kind: change, atMs: event.atMs, fromMs, details: { levelDb, belowDb } };
    return change === 'raised'
      ? { ...found, toMs: null, sentence: `no sound above ${level(belowDb)} for ${duration(1000 * forS)} (level ${level(levelDb)}).` }
      : { ...found, toMs, sentence: `sound again after ${duration(toMs - fromMs)} (level ${level(levelDb)}).` };
  }

  tick(): undefined {}
}
