/**
 * Scores to what a person sees: a steady genre that doesn't flicker, and changes within seconds.
 *
 * With block probabilities q, S is the running mean of log q over the stream,
 *   S ← S + a (log max(q, 1e-6) - S),  a = max(1 - exp(-blockMs / timeConstantMs), 1 / n),
 * n the blocks since the start: a plain mean at first, exponential from the time constant on.
 * p = softmax(S). The shown genre is the best one when warm-up ends. After that, while another one
 * leads, its lead in p is added up over time (as in Page's CUSUM test, 1954), and it takes over once
 * that reaches margin × holdMs: a lead of `margin` needs `holdMs`, a larger one less, a small one
 * more, and none is overlooked for ever. The sum starts afresh when the shown genre leads again.
 * Silence shows nothing, and after it all starts afresh.
 */
import type { SmoothingSettings } from '../models/bundle.js';
import { argmax } from '../models/metrics.js';
import { Silence, type SilenceSettings } from './silence.js';
import { SETTINGS } from './settings.js';

/** What is shown after a block. One object, changed by the next push. */
export interface Smoothed {
  readonly state: 'warming' | 'music' | 'silence';
  /** Index of the shown genre; null while warming and in silence. */
  readonly genre: number | null;
  /** Smoothed probability of `genre`; 0 where it is null. */
  readonly p: number;
  /** False for a block too quiet to say anything: it doesn't move the probabilities. */
  readonly counts: boolean;
  /** [labels] smoothed probabilities; what they were before in silence. */
  readonly probabilities: Float32Array;
}

/** Below this a probability says no more: one block can't veto a genre for ever. */
export const LEAST_PROBABILITY = 1e-6;

const SILENCE_DEFAULTS: SilenceSettings = {
  silenceDb: SETTINGS.silenceDb.default,
  silenceEndDb: SETTINGS.silenceEndDb.default,
  silenceAfterMs: SETTINGS.silenceAfterMs.default,
  forgetAfterMs: SETTINGS.forgetAfterMs.default,
};

/** The smoothing of one stream. */
export class Smoother {
  readonly #settings: SmoothingSettings;
  readonly #blockMs: number;
  readonly #gain: number;
  readonly #silence: Silence;
  readonly #scores: Float64Array;
  readonly #shown: { -readonly [Key in keyof Smoothed]: Smoothed[Key] };
  #blocks = 0;
  /** Lead of others over the shown genre, probability × ms. */
  #leadMs = 0;

  /**
   * @param labels of the model; only their number counts
   * @param blockMs audio from one push to the next
   */
  constructor(settings: SmoothingSettings, labels: readonly string[], blockMs: number, silence = SILENCE_DEFAULTS) {
    this.#settings = settings;
    this.#blockMs = blockMs;
    this.#gain = settings.timeConstantMs > 0 ? 1 - Math.exp(-blockMs / settings.timeConstantMs) : 1;
    this.#silence = new Silence(silence, blockMs);
    this.#scores = new Float64Array(labels.length);
    this.#shown = { state: 'warming', genre: null, p: 0, counts: false, probabilities: new Float32Array(labels.length).fill(1 / labels.length) };
  }

  /**
   * @param probabilities [labels] of the next block
   * @param levelDb RMS level of that block, dBFS
   */
  push(probabilities: ArrayLike<number>, levelDb: number): Smoothed {
    if (this.#silence.push(levelDb) !== undefined) this.#startAfresh();
    this.#shown.counts = !this.#silence.quiet;
    if (this.#silence.silent) return this.#show('silence', null);
    if (this.#silence.quiet) return this.#shown;

    this.#follow(probabilities);
    const best = argmax(this.#shown.probabilities);
    // Warm-up is over with the block that completes it; half a millisecond of grace for rounding.
    if (this.#blocks * this.#blockMs + 0.5 < this.#settings.warmupMs) return this.#show('warming', null);
    const { state, genre } = this.#shown;
    return this.#show('music', state !== 'music' || genre === null ? best : this.#challenge(genre, best));
  }

  #startAfresh(): void {
    this.#blocks = 0;
    this.#leadMs = 0;
    this.#scores.fill(0);
  }

  /** Moves the running mean of the log scores and its softmax. */
  #follow(q: ArrayLike<number>): void {
    const scores = this.#scores;
    const p = this.#shown.probabilities;
    this.#blocks++;
    const gain = Math.max(this.#gain, 1 / this.#blocks);
    let highest = -Infinity;
    for (let label = 0; label < scores.length; label++) {
      const score = scores[label]! + gain * (Math.log(Math.max(q[label]!, LEAST_PROBABILITY)) - scores[label]!);
      scores[label] = score;
      if (score > highest) highest = score;
    }
    let sum = 0;
    for (let label = 0; label < p.length; label++) sum += (p[label] = Math.exp(scores[label]! - highest));
    for (let label = 0; label < p.length; label++) p[label] = p[label]! / sum;
  }

  /** The genre to show, given the one that is shown and the best one. */
  #challenge(shown: number, best: number): number {
    const p = this.#shown.probabilities;
    this.#leadMs = best === shown ? 0 : this.#leadMs + (p[best]! - p[shown]!) * this.#blockMs;
    if (best === shown || this.#leadMs < this.#settings.margin * this.#settings.holdMs) return shown;
    this.#leadMs = 0;
    return best;
  }

  #show(state: Smoothed['state'], genre: number | null): Smoothed {
    this.#shown.state = state;
    this.#shown.genre = genre;
    this.#shown.p = genre === null ? 0 : this.#shown.probabilities[genre]!;
    return this.#shown;
  }
}
