/**
 * Silence detection with hysteresis: a stream is silent once its level has stayed below a threshold
 * for some time. The first block above a second, higher threshold ends the silence at once.
 */
import type { PipeSettings } from './settings.js';

export type SilenceSettings = Pick<PipeSettings, 'silenceDb' | 'silenceEndDb' | 'silenceAfterMs' | 'forgetAfterMs'>;

/** `quiet`: the level is below the threshold; `silent`: it has been for `silenceAfterMs`. */
export type Loudness = 'sound' | 'quiet' | 'silent';

/** Detects the silence of one stream. */
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

  /** True for the first block after a silence longer than `forgetAfterMs`. */
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
      // 0.5 ms of tolerance for rounding.
      return this.#loudness = wasSilent || this.#quietMs + 0.5 >= silenceAfterMs ? 'silent' : 'quiet';
    }
    this.#resetsState = wasSilent && this.#quietMs > forgetAfterMs;
    this.#quietMs = 0;
    return this.#loudness = 'sound';
  }
}
