/**
 * When a stream is silent: its level stayed below a threshold for some time. It ends at once with
 * the first block above a second, higher threshold, so a level between the two doesn't flicker.
 */
import type { Settings } from './settings.js';

export type SilenceSettings = Pick<Settings, 'silenceDb' | 'silenceEndDb' | 'silenceAfterMs' | 'forgetAfterMs'>;

export class Silence {
  readonly #settings: SilenceSettings;
  readonly #blockMs: number;
  #quietMs = 0;
  #silent = false;

  constructor(settings: SilenceSettings, blockMs: number) {
    this.#settings = settings;
    this.#blockMs = blockMs;
  }

  /** True from the block on with which the stream became silent. */
  get silent(): boolean {
    return this.#silent;
  }

  /** True while the level is below the threshold, for however short a time. */
  get quiet(): boolean {
    return this.#quietMs > 0;
  }

  /**
   * The level of the next block.
   * @returns `ended` with the first block after a silence, `forget` when that silence was so long
   * that what was heard before no longer counts
   */
  push(levelDb: number): 'ended' | 'forget' | undefined {
    const { silenceDb, silenceEndDb, silenceAfterMs, forgetAfterMs } = this.#settings;
    if (levelDb < (this.#silent ? silenceEndDb : silenceDb)) {
      this.#quietMs += this.#blockMs;
      // Half a millisecond of grace: three blocks of 348.3 ms are a second, rounding or not.
      if (this.#quietMs + 0.5 >= silenceAfterMs) this.#silent = true;
      return undefined;
    }
    const wasSilent = this.#silent;
    const quietMs = this.#quietMs;
    this.#silent = false;
    this.#quietMs = 0;
    if (!wasSilent) return undefined;
    return quietMs > forgetAfterMs ? 'forget' : 'ended';
  }
}
