/**
 * Smooths the scores of blocks to a genre that doesn't flicker but still changes within seconds.
 *
 * With block probabilities q, S is the running mean of log q over the blocks of music,
 *   S ← S + a (log max(q, 1e-6) - S),  a = max(1 - exp(-blockMs / timeConstantMs), 1 / n),
 * n the number of these blocks: a plain mean at first, an exponential moving average later.
 * p = softmax(S). The reported probability is the running mean of p with `confidenceMs` as its time
 * constant: while another genre leads for a moment, the shown one is more certain than its p.
 * The shown genre is the best one when warm-up ends. After that each other genre has its own CUSUM
 * test (Page 1954): its lead over the shown one, less `leastLead`, is summed over time, never below 0,
 * and the first genre whose sum reaches margin × holdMs replaces the shown one. A lead of `margin` above
 * `leastLead` needs about `holdMs`, a larger one less, a smaller one more. The sums are reset when the
 * shown genre leads. The lead is the difference in p, or with `lead: 'log-ratio'` log (p / shown p), the
 * log likelihood ratio of Page's test: a genre that has become improbable is given up within a block or two.
 * Music of an unknown genre is one more candidate, whose p is always `unknownBelow`. A model with an
 * output for such music decides it by that instead (`outside.ts`); the genre is still followed meanwhile.
 *
 * During speech or noise no genre is shown, and blocks that are not music don't change S: after a
 * short announcement the genre is the one before it; after more than `forgetAfterMs` the genre is
 * reset. Silence shows no genre, and after it the genre is reset too.
 */
import { smoothingGain, KINDS_SMOOTHING, type SmoothingSettings } from '../../models/manifest.js';
import { argmax } from '../../models/metrics.js';
import type { StreamState } from '../protocol/messages.js';
import { Outside } from './outside.js';
import { PIPE_DEFAULTS, type PipeSettings } from './settings.js';
import type { Loudness } from './silence.js';
import { SoundKinds } from './sound-kind.js';

/** The result after a block. One object per stream; the next push changes it. */
export interface Smoothed {
  /** `unknown` is noise or music of an unknown genre; `isMusic` distinguishes them. */
  readonly state: StreamState;
  /** Index of the shown genre; null in every state but `music`. */
  readonly genre: number | null;
  /** Smoothed probability of `genre`; 0 if it is null. */
  readonly p: number;
  /** Smoothed probability that it is music; 1 if the model has no such output; unchanged in silence. */
  readonly music: number;
  /** Whether `probabilities` are current: false in silence, speech and noise, and before the first music. */
  readonly isMusic: boolean;
  /** False for a block that doesn't update `probabilities`: too quiet or not music. */
  readonly countsAsMusic: boolean;
  /** Blocks of music since the genre was reset. */
  readonly musicBlocks: number;
  /** Smoothed probability that the music is of none of the labels; undefined if the model has no such output, and before the first music. */
  readonly outside: number | undefined;
  /** Whether the state is `unknown` for that reason. */
  readonly isOutside: boolean;
  /** [labels] smoothed probabilities; not updated while `isMusic` is false. */
  readonly probabilities: Float32Array;
}

/** How loud a block is, and whether it is the first after a long silence. */
export interface BlockLoudness {
  readonly loudness: Loudness;
  readonly resetsState: boolean;
}

/** Floor of block probabilities, so that one block can't rule out a genre for good. */
export const MIN_PROBABILITY = 1e-6;

/** The smoothing of one stream. */
export class Smoother {
  readonly #settings: SmoothingSettings;
  readonly #blockMs: number;
  readonly #forgetAfterMs: number;
  readonly #gain: number;
  /** Gain of the reported probabilities. */
  readonly #confidenceGain: number;
  /** Probability of music below which a block doesn't count as music. */
  readonly #leastMusic: number;
  readonly #kinds: SoundKinds;
  readonly #outside: Outside;
  readonly #scores: Float64Array;
  /** [labels + 1] p, the softmax of the scores; the last entry is the constant p of an unknown genre. */
  readonly #p: Float64Array;
  /** [labels + 1] sums of leads over the selected genre, probability × ms; same indices as `#p`. */
  readonly #leads: Float64Array;
  readonly #shown: { -readonly [Key in keyof Smoothed]: Smoothed[Key] };
  /** Blocks of music since the start. */
  #blocks = 0;
  /** Index in `#p` of the genre that was selected last; undefined before the first. */
  #selected: number | undefined;
  /** How long the stream has been speech or noise. */
  #notMusicMs = 0;

  /**
   * @param labels of the model; only their number is used
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
    this.#outside = new Outside(settings, blockMs);
    this.#scores = new Float64Array(labels.length);
    this.#p = new Float64Array(labels.length + 1);
    this.#p[labels.length] = settings.unknownBelow ?? 0;
    this.#leads = new Float64Array(labels.length + 1);
    this.#shown = {
      state: 'warming', genre: null, p: 0, music: 1, isMusic: false, countsAsMusic: false, musicBlocks: 0, outside: undefined, isOutside: false,
      probabilities: new Float32Array(labels.length).fill(1 / labels.length),
    };
  }

  /**
   * @param probabilities [labels] of the next block
   * @param blockLoudness of that block
   * @param kinds [music, speech, noise] probabilities of that block; undefined if the model has no such outputs
   * @param outside probability that the block is music of none of the labels; undefined if the model has no such output
   */
  push(probabilities: ArrayLike<number>, { loudness, resetsState }: BlockLoudness, kinds?: ArrayLike<number>, outside?: number): Smoothed {
    const shown = this.#shown;
    shown.countsAsMusic = loudness === 'sound' && (kinds?.[0] ?? 1) >= this.#leastMusic;
    if (loudness === 'silent') return this.#show('silence', null);
    if (loudness === 'quiet') return shown;
    if (resetsState) this.#kinds.reset();
    if (resetsState || shown.state === 'silence') this.#resetGenre();

    const kind = kinds ? this.#kinds.push(kinds) : 'music';
    shown.music = this.#kinds.music;
    if (shown.countsAsMusic) {
      this.#update(probabilities);
      if (outside !== undefined) this.#outside.push(outside, probabilities);
    } else if (this.#notMusicMs > this.#forgetAfterMs) this.#resetGenre();

    if (kind === 'speech' || kind === 'noise') {
      this.#notMusicMs += this.#blockMs;
      return this.#show(kind === 'speech' ? 'speech' : 'unknown', null);
    }
    this.#notMusicMs = 0;
    // 0.5 ms of tolerance for rounding, as for the kinds.
    const isWarm = kind !== undefined && this.#blocks > 0 && this.#blocks * this.#blockMs + 0.5 >= this.#settings.warmupMs;
    if (!isWarm) return this.#show('warming', null);
    this.#selected = this.#select();
    if (this.#outside.decide()) return this.#show('unknown', null, true);
    return this.#selected === this.#scores.length ? this.#show('unknown', null) : this.#show('music', this.#selected);
  }

  /** Forgets the genre; `#notMusicMs` stays. */
  #resetGenre(): void {
    this.#blocks = 0;
    this.#selected = undefined;
    this.#leads.fill(0);
    this.#scores.fill(0);
    this.#outside.reset();
  }

  /** Updates the running mean of the log scores, its softmax and the reported mean of that. */
  #update(q: ArrayLike<number>): void {
    const scores = this.#scores;
    const p = this.#p;
    const reported = this.#shown.probabilities;
    this.#shown.musicBlocks = ++this.#blocks;
    const gain = Math.max(this.#gain, 1 / this.#blocks);
    const confidenceGain = Math.max(this.#confidenceGain, 1 / this.#blocks);
    let highest = -Infinity;
    for (let label = 0; label < scores.length; label++) {
      const score = scores[label]! + gain * (logOf(q[label]!) - scores[label]!);
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

  /** @returns the index in `#p` of the genre to show */
  #select(): number {
    const p = this.#p;
    const leads = this.#leads;
    const best = argmax(p);
    const selected = this.#selected ?? best;
    if (best === selected) {
      leads.fill(0);
      return selected;
    }
    const { lead, margin, holdMs, leastLead = 0 } = this.#settings;
    const scale = lead === 'log-ratio' ? logOf : unchanged;
    const least = scale(p[selected]!) + leastLead;
    for (let genre = 0; genre < leads.length; genre++) leads[genre] = Math.max(0, leads[genre]! + (scale(p[genre]!) - least) * this.#blockMs);
    const first = leads[best]! >= margin * holdMs ? best : argmax(leads);
    if (leads[first]! < margin * holdMs) return selected;
    leads.fill(0);
    return first;
  }

  #show(state: StreamState, genre: number | null, isOutside = false): Smoothed {
    const shown = this.#shown;
    shown.state = state;
    shown.genre = genre;
    shown.p = genre === null ? 0 : shown.probabilities[genre]!;
    shown.outside = this.#outside.mean;
    shown.isOutside = isOutside;
    shown.isMusic = state !== 'silence' && this.#notMusicMs === 0 && this.#blocks > 0;
    return shown;
  }
}

function logOf(probability: number): number {
  return Math.log(Math.max(probability, MIN_PROBABILITY));
}

function unchanged(probability: number): number {
  return probability;
}
