/**
 * Mood: for too long the music is calmer or livelier, sadder or happier than it should be. Only blocks of music
 * with a mood count, so speech and silence pause the rule; a model without such tags never raises it.
 */
import type { Mood } from '../../protocol/messages.js';
import type { StationEvent } from '../../stations/station-event.js';
import { duration, percent } from '../format.js';
import type { Finding, RuleEvaluator, RuleOf } from './rule.js';
import { SustainedCondition } from './sustained-condition.js';

/** Hysteresis: the alert ends when the mood is this far inside its limits. */
const END_INSIDE = 0.05;

export class MoodLimits implements RuleEvaluator {
  readonly #rule: RuleOf<'mood'>;
  readonly #outside: SustainedCondition;
  #isOpen: boolean;

  constructor(rule: RuleOf<'mood'>, openSinceMs: number | null = null) {
    this.#rule = rule;
    this.#isOpen = openSinceMs !== null;
    const endAfterMs = 1000 * rule.endAfterS;
    this.#outside = new SustainedCondition({ forMs: 1000 * rule.forS, endAfterMs, bridgeMs: endAfterMs }, openSinceMs);
  }

  push(event: StationEvent): Finding | undefined {
    if (event.type !== 'prediction' || event.prediction.mood === undefined) return undefined;
    const { forS } = this.#rule;
    const breach = this.#breach(event.prediction.mood);
    const change = this.#outside.push(breach !== undefined, event);
    if (change === undefined) return undefined;
    this.#isOpen = change === 'raised';
    const { fromMs, toMs } = this.#outside;
    const found = { kind: change, atMs: event.atMs, fromMs, details: { mood: event.prediction.mood, forS } };
    return change === 'raised'
      ? { ...found, toMs: null, sentence: `the music has been ${breach ?? 'of another mood'} for ${duration(1000 * forS)}.` }
      : { ...found, toMs, sentence: `the mood of the music fits again, after ${duration(toMs - fromMs)}.` };
  }

  tick(): undefined {}

  /** What is wrong with the mood; undefined if it fits. */
  #breach({ lively, happy }: Mood): string | undefined {
    const { minLively, maxLively, minHappy, maxHappy } = this.#rule;
    const inside = this.#isOpen ? END_INSIDE : 0;
    if (lively !== undefined && lively < minLively + inside && minLively > 0) return `too calm (${percent(lively)} lively, at least ${percent(minLively)} wanted)`;
    if (lively !== undefined && lively > maxLively - inside && maxLively < 1) return `too lively (${percent(lively)}, at most ${percent(maxLively)} wanted)`;
    if (happy !== undefined && happy < minHappy + inside && minHappy > 0) return `too sad (${percent(happy)} happy, at least ${percent(minHappy)} wanted)`;
    if (happy !== undefined && happy > maxHappy - inside && maxHappy < 1) return `too happy (${percent(happy)}, at most ${percent(maxHappy)} wanted)`;
    return undefined;
  }
}
