/**
 * Scores to what a person sees: a steady genre that doesn't flicker, and changes within seconds.
 *
 * With block probabilities q, S is the running mean of log q over the stream's music,
 *   S ← S + a (log max(q, 1e-6) - S),  a = max(1 - exp(-blockMs / timeConstantMs), 1 / n),
 * n the blocks since the start: a plain mean at first, exponential from the time constant on.
 * p = softmax(S). What is reported of p is its running mean with `confidenceMs` in the same way: a
 * genre that stays shown while another one leads for a moment is more certain than p is then.
 * The shown genre is the best one when warm-up ends. After that every other one
 * has a CUSUM test of its own (Page 1954): its lead in p, less `leastLead`, is added up over time,
 * never below 0, and the first whose sum reaches margin × holdMs takes over. A lead of `margin` needs
 * about `holdMs`, a larger one less, a small one more. The sums start afresh when the shown genre leads.
 * Music of no known genre is one genre more, whose p is always `unknownBelow`.
 *
 * While a stream is speech or noise no genre is claimed, and blocks that are not music don't move S:
 * after a presenter's sentence the genre is the one before it. After a long one it starts afresh
 * with the music that follows. Silence shows nothing, and after it the genre starts afresh, too.
 */
import { smoothingGain, KINDS_SMOOTHING, type SmoothingSettings } from '../../models/manifest.js';
import { argmax } from '../../models/metrics.js';
import type { StreamState } from '../protocol/messages.js';
import { PIPE_DEFAULTS, type PipeSettings } from './settings.js';
import type { Loudness } from './silence.js';
import { SoundKinds } from './sound-kind.js';

/** What is shown after a block. One object, changed by the next push. */
export interface Smoothed {
  /** `unknown` is noise, or music of no known genre: `isMusic` tells. */
  readonly state: StreamState;
  /** Index of the shown genre; null but for `music`. */
  readonly genre: number | null;
  /** Smoothed probability of `genre`; 0 where it is null. */
  readonly p: number;
  /** Smoothed probability that it is music; 1 where the model can't tell, what it was before in silence. */
  readonly music: number;
  /** Whether the genres' probabilities are of what is heard now: not in silence, speech and noise, nor before any music. */
  readonly isMusic: boolean;
  /** False for a block that doesn't move the genres' probabilities: too quiet, or no music. */
  readonly countsAsMusic: boolean;
  /** [labels] smoothed probabilities; where `isMusic` is false, what they were before. */
  readonly probabilities: Float32Array;
}

/** How loud a block is, and whether it follows a silence so long that nothing before it countsAsMusic. */
export interface BlockLoudness {
  readonly loudness: Loudness;
  readonly resetsState: boolean;
}

/** Below this a probability says no more: one block can't veto a genre for ever. */
export const MIN_PROBABILITY = 1e-6;

/** The smoothing of one stream. */
export class Smoother {
  readonly #settings: SmoothingSettings;
  readonly #blockMs: number;
  readonly #forgetAfterMs: number;
  readonly #gain: number;
  /** Of the reported probabilities. */
  readonly #confidenceGain: number;
  /** Probability of music below which a block doesn't count. */
  readonly #leastMusic: number;
  readonly #kinds: SoundKinds;
  readonly #scores: Float64Array;
  /** [labels + 1] p, the softmax of the scores; behind them, in the place of one genre more, no known one, which never changes. */
  readonly #now: Float64Array;
  /** [labels + 1] leads over the genre that was judged last, probability × ms; in the same places. */
  readonly #leads: Float64Array;
  readonly #shown: { -readonly [Key in keyof Smoothed]: Smoothed[Key] };
  /** Blocks of music since the start. */
  #blocks = 0;
  /** The genre that was judged last, or the place of none; undefined before. */
  #judged: number | undefined;
  /** How long the stream has been no music. */
  #awayMs = 0;

  /**
   * @param labels of the model; only their number countsAsMusic
   * @param blockMs audio from one push to the next
   */
  constructor(settings: SmoothingSettings, labels: readonly string[], blockMs: number, { forgetAfterMs }: Pick<PipeSettings, 'forgetAfterMs'> = PIPE_DEFAULTS) {
    this.#settings = settings;
    this.#blockMs = blockMs;
    this.#forgetAfterMs = forgetAfterMs;
    this.#gain = smoothingGain(settings.timeConstantMs, blockMs);
    this.#confidenceGain = smoothingGain(settings.confidenceMs ?? 0, blockMs);
    this.#leastMusic = (settings.kinds ?? KINDS_SMOOTHING).leave;
    this.#kinds = new SoundKinds(settings, blockMs);
    this.#scores = new Float64Array(labels.length);
    this.#now = new Float64Array(labels.length + 1);
    this.#now[labels.length] = settings.unknownBelow ?? 0;
    this.#leads = new Float64Array(labels.length + 1);
    this.#shown = {
      state: 'warming', genre: null, p: 0, music: 1, isMusic: false, countsAsMusic: false,
      probabilities: new Float32Array(labels.length).fill(1 / labels.length),
    };
  }

  /**
   * @param probabilities [labels] of the next block
   * @param hearing of that block
   * @param kinds [music, speech, noise] of that block; undefined where the model can't tell
   */
  push(probabilities: ArrayLike<number>, { loudness, resetsState }: BlockLoudness, kinds?: ArrayLike<number>): Smoothed {
    const shown = this.#shown;
    shown.countsAsMusic = loudness === 'sound' && (kinds?.[0] ?? 1) >= this.#leastMusic;
    if (loudness === 'silent') return this.#show('silence', null);
    if (loudness === 'quiet') return shown;
    if (resetsState) this.#kinds.startAfresh();
    if (resetsState || shown.state === 'silence') this.#startAfresh();

    const kind = kinds ? this.#kinds.push(kinds) : 'music';
    shown.music = this.#kinds.music;
    if (shown.countsAsMusic) this.#follow(probabilities);
    else if (this.#awayMs > this.#forgetAfterMs) this.#startAfresh();

    if (kind === 'speech' || kind === 'noise') {
      this.#awayMs += this.#blockMs;
      return this.#show(kind === 'speech' ? 'speech' : 'unknown', null);
    }
    this.#awayMs = 0;
    // Half a millisecond of grace for rounding, as for the kinds.
    const isWarm = kind !== undefined && this.#blocks > 0 && this.#blocks * this.#blockMs + 0.5 >= this.#settings.warmupMs;
    if (!isWarm) return this.#show('warming', null);
    this.#judged = this.#judge();
    return this.#judged === this.#scores.length ? this.#show('unknown', null) : this.#show('music', this.#judged);
  }

  /** No genre is known; how long the stream has been no music stays. */
  #startAfresh(): void {
    this.#blocks = 0;
    this.#judged = undefined;
    this.#leads.fill(0);
    this.#scores.fill(0);
  }

  /** Moves the running mean of the log scores, its softmax and the reported mean of that. */
  #follow(q: ArrayLike<number>): void {
    const scores = this.#scores;
    const p = this.#now;
    const reported = this.#shown.probabilities;
    this.#blocks++;
    const gain = Math.max(this.#gain, 1 / this.#blocks);
    const confidenceGain = Math.max(this.#confidenceGain, 1 / this.#blocks);
    let highest = -Infinity;
    for (let label = 0; label < scores.length; label++) {
      const score = scores[label]! + gain * (Math.log(Math.max(q[label]!, MIN_PROBABILITY)) - scores[label]!);
      scores[label] = score;
      if (score > highest) highest = score;
    }
    let sum = 0;
    for (let label = 0; label < scores.length; label++) sum += (p[label] = Math.exp(scores[label]! - highest));
    for (let label = 0; label < scores.length; label++) {
      p[label] = p[label]! / sum;
      reported[label]! += confidenceGain * (p[label]! - reported[label]!);
    }
  }

  /** The genre to show, or the place of none, given the one that was judged last and the best one. */
  #judge(): number {
    const p = this.#now;
    const leads = this.#leads;
    const best = argmax(p);
    const judged = this.#judged ?? best;
    if (best === judged) {
      leads.fill(0);
      return judged;
    }
    const { margin, holdMs, leastLead = 0 } = this.#settings;
    const least = p[judged]! + leastLead;
    for (let genre = 0; genre < leads.length; genre++) leads[genre] = Math.max(0, leads[genre]! + (p[genre]! - least) * this.#blockMs);
    const first = leads[best]! >= margin * holdMs ? best : argmax(leads);
    if (leads[first]! < margin * holdMs) return judged;
    leads.fill(0);
    return first;
  }

  #show(state: StreamState, genre: number | null): Smoothed {
    const shown = this.#shown;
    shown.state = state;
    shown.genre = genre;
    shown.p = genre === null ? 0 : shown.probabilities[genre]!;
    shown.isMusic = state !== 'silence' && this.#awayMs === 0 && this.#blocks > 0;
    return shown;
  }
}
