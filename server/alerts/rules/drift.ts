/**
 * Format drift: the expected genres' share of the music in a sliding window is too small. Only blocks
 * with a genre count. While they fill too little of the window, the alert keeps its state.
 */
import type { StationEvent } from '../../stations/station-event.js';
import { anyOf, duration, percent } from '../format.js';
import type { Finding, RuleEvaluator, RuleOf } from './rule.js';

/** Number of steps in which the window slides. */
const STEPS = 60;
/** Music has to fill at least this share of the window. */
const MIN_MUSIC_SHARE = 1 / 3;
/** Hysteresis: the alert ends when the share is this much above `minShare`. */
const END_ABOVE = 0.1;

interface Step {
  readonly index: number;
  readonly msOf: Map<string, number>;
}

export class Drift implements RuleEvaluator {
  readonly #rule: RuleOf<'drift'>;
  readonly #windowMs: number;
  readonly #steps: Step[] = [];
  #openSinceMs: number | null;

  constructor(rule: RuleOf<'drift'>, openSinceMs: number | null = null) {
    this.#rule = rule;
    this.#windowMs = 1000 * rule.windowS;
    this.#openSinceMs = openSinceMs;
  }

  push(event: StationEvent): Finding | undefined {
    if (event.type !== 'prediction' || event.prediction.genre === null) return undefined;
    const { atMs, spanMs, prediction: { genre } } = event;
    const { msOf } = this.#step(atMs);
    msOf.set(genre, (msOf.get(genre) ?? 0) + spanMs);
    return this.#evaluate(atMs);
  }

  tick(): undefined {}

  /** The step at this time; removes the steps that have left the window. */
  #step(atMs: number): Step {
    const index = Math.floor((atMs * STEPS) / this.#windowMs);
    while (this.#steps.length > 0 && this.#steps[0]!.index <= index - STEPS) this.#steps.shift();
    const last = this.#steps.at(-1);
    // After the clock is set back, count into the newest step.
    if (last && last.index >= index) return last;
    const step: Step = { index, msOf: new Map() };
    this.#steps.push(step);
    return step;
  }

  #evaluate(atMs: number): Finding | undefined {
    const { expect, minShare, windowS } = this.#rule;
    let musicMs = 0;
    let expectedMs = 0;
    for (const { msOf } of this.#steps) {
      for (const [genre, ms] of msOf) {
        musicMs += ms;
        if (expect.includes(genre)) expectedMs += ms;
      }
    }
    if (musicMs < MIN_MUSIC_SHARE * this.#windowMs) return undefined;
    const share = expectedMs / musicMs;
    const fromMs = this.#openSinceMs;
    const isOver = share >= Math.min(1, minShare + END_ABOVE);
    if (fromMs === null ? share >= minShare : !isOver) return undefined;
    const details = { share, minShare, expect, windowS, mostly: this.#mostFrequent() };
    // Rounded down, so less than half never reads "50 %".
    const music = `${percent(Math.floor(100 * share) / 100)} of the music in the last ${duration(this.#windowMs)} is ${anyOf(expect)}`;
    if (fromMs === null) {
      this.#openSinceMs = atMs;
      return { kind: 'raised', atMs, fromMs: atMs, toMs: null, sentence: `only ${music}, less than ${percent(minShare)}; most is ${details.mostly}.`, details };
    }
    this.#openSinceMs = null;
    return { kind: 'recovered', atMs, fromMs, toMs: atMs, sentence: `${music} again, after ${duration(atMs - fromMs)}.`, details };
  }

  /** The genre that fills most of the window's music. */
  #mostFrequent(): string {
    const total = new Map<string, number>();
    for (const { msOf } of this.#steps) {
      for (const [genre, ms] of msOf) total.set(genre, (total.get(genre) ?? 0) + ms);
    }
    return [...total].reduce((most, each) => (each[1] > most[1] ? each : most))[0];
  }
}
