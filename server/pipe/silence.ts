/**
 * When a stream is silent: its level stayed below a threshold for some time. It ends at once with
 * the first block above a second, higher threshold, so a level between the two doesn't flicker.
 */
import type { PipeSettings } from './settings.js';

export type SilenceSettings = Pick<PipeSettings, 'silenceDb' | 'silenceEndDb' | 'silenceAfterMs' | 'forgetAfterMs'>;

/** `quiet` is a level below the threshold, for however short a time; `silent` once that has lasted. */
export type Loudness = 'sound' | 'quiet' | 'silent';

/** Follows the level of one stream. */
export class Silence {
  readonly #settings: SilenceSettings;
  readonly #blockMs: number;
  #quietMs = 0;
  #loudness: Loudness = 'sound';
  #resetsState = false;

  constructor(settings: SilenceSettings, blockMs: number) {
    this.#settings = settings;
    this.#blockMs = blockMs;
  }

  /** True with the first block after a silence so long that what was heard before no longer counts. */
  get resetsState(): boolean {
    return this.#resetsState;
  }

  /** @param levelDb of the next block, dBFS */
  push(levelDb: number): Loudness {
    const { silenceDb, silenceEndDb, silenceAfterMs, forgetAfterMs } = this.#settings;
    const wasSilent = this.#loudness === 'silent';
    if (levelDb < (wasSilent ? silenceEndDb : silenceDb)) {
      this.#resetsState = false;
      this.#quietMs += this.#blockMs;
      // Half a millisecond of grace: three blocks of 348.3 ms are a second, rounding or not.
      return this.#loudness = wasSilent || this.#quietMs + 0.5 >= silenceAfterMs ? 'silent' : 'quiet';
    }
    this.#resetsState = wasSilent && this.#quietMs > forgetAfterMs;
    this.#quietMs = 0;
    return this.#loudness = 'sound';
  }
}
