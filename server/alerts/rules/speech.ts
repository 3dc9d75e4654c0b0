/**
 * Only speech for too long. Interruptions shorter than `endAfterS`, such as jingles, are bridged;
 * silence counts as neither.
 */
import type { StationEvent } from '../../stations/station-event.js';
import { duration } from '../format.js';
import type { Finding, RuleEvaluator, RuleOf } from './rule.js';
import { SustainedCondition } from './sustained-condition.js';

export class Speech implements RuleEvaluator {
  readonly #rule: RuleOf<'speech'>;
  readonly #speech: SustainedCondition;

  constructor(rule: RuleOf<'speech'>, openSinceMs: number | null = null) {
    this.#rule = rule;
    const endAfterMs = 1000 * rule.endAfterS;
    this.#speech = new SustainedCondition({ forMs: 1000 * rule.forS, endAfterMs, bridgeMs: endAfterMs }, openSinceMs);
  }

  push(event: StationEvent): Finding | undefined {
    if (event.type !== 'prediction') return undefined;
    const { state } = event.prediction;
    if (state === 'silence' || state === 'warming') return undefined;
    const change = this.#speech.push(state === 'speech', event);
    if (change === undefined) return undefined;
    const { fromMs, toMs } = this.#speech;
    const found = { kind: change, atMs: event.atMs, fromMs, details: { forS: this.#rule.forS } };
    return change === 'raised'
      ? { ...found, toMs: null, sentence: `only speech for ${duration(1000 * this.#rule.forS)}.` }
      : { ...found, toMs, sentence: `no longer only speech, after ${duration(toMs - fromMs)}.` };
  }

  tick(): undefined {}
}
