/**
 * The genre changes and the new one lasts. Speech and silence in between are ignored, and the first
 * genre is no change.
 */
import type { StationEvent } from '../../stations/station-event.js';
import { percent } from '../format.js';
import type { Finding, RuleEvaluator, RuleOf } from './rule.js';

export class GenreChanged implements RuleEvaluator {
  readonly #forMs: number;
  #current: string | null = null;
  #candidate: string | null = null;
  #candidateFromMs = 0;
  #candidateMs = 0;

  constructor(rule: RuleOf<'genre-changed'>) {
    this.#forMs = 1000 * rule.forS;
  }

  push(event: StationEvent): Finding | undefined {
    if (event.type !== 'prediction' || event.prediction.genre === null) return undefined;
    const { atMs, spanMs, prediction: { genre, p } } = event;
    if (genre === this.#current) {
      this.#candidate = null;
      return undefined;
    }
    if (genre !== this.#candidate) {
      this.#candidate = genre;
      this.#candidateFromMs = atMs - spanMs;
      this.#candidateMs = 0;
    }
    this.#candidateMs += spanMs;
    if (this.#candidateMs < this.#forMs) return undefined;
    const before = this.#current;
    this.#current = genre;
    this.#candidate = null;
    if (before === null) return undefined;
    const fromMs = this.#candidateFromMs;
    return { kind: 'happened', atMs, fromMs, toMs: fromMs, sentence: `${genre} now (${percent(p)} sure), ${before} before.`, details: { from: before, to: genre, p } };
  }

  tick(): undefined {}
}
