/**
 * Nothing but speech for too long. Jingles are forgiven while they are shorter than the time of
 * music that ends the alert; silence between words is neither speech nor music.
 */
import type { StationEvent } from '../../stations/station-event.js';
import { duration } from '../format.js';
import type { Finding, Follower, RuleOf } from './rule.js';
import { Stretch } from './sustained-condition.js';

export class Speech implements Follower {
  readonly #rule: RuleOf<'speech'>;
  readonly #speech: Stretch;

  constructor(rule: RuleOf<'speech'>, openSinceMs: number | null = null) {
    this.#rule = rule;
    const endAfterMs = 1000 * rule.endAfterS;
    this.#speech = new Stretch({ forMs: 1000 * rule.forS, endAfterMs, forgiveMs: endAfterMs }, openSinceMs);
  }

  take(event: StationEvent): Finding | undefined {
    if (event.type !== 'prediction') return undefined;
    const { state } = event.prediction;
    if (state === 'silence' || state === 'warming') return undefined;
    const change = this.#speech.take(state === 'speech', event);
    if (change === undefined) return undefined;
    const { fromMs, toMs } = this.#speech;
    const found = { kind: change, atMs: event.atMs, fromMs, details: { forS: this.#rule.forS } };
    return change === 'raised'
      ? { ...found, toMs: null, sentence: `nothing but speech for ${duration(1000 * this.#rule.forS)}.` }
      : { ...found, toMs, sentence: `something else than speech again after ${duration(toMs - fromMs)}.` };
  }

  tick(): undefined {}
}
