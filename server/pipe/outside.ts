/**
 * Decides whether music is of none of the model's labels: the running mean of that probability over the
 * blocks of music, a plain mean at first, an exponential moving average later, with hysteresis. The mean
 * reaches `enter` to begin and falls below `leave` to end.
 */
import { OUTSIDE_SMOOTHING, smoothingGain, type SmoothingSettings } from '../../models/manifest.js';

/** The answer of one stream. */
export class Outside {
  readonly #settings: typeof OUTSIDE_SMOOTHING;
  readonly #gain: number;
  #mean = 0;
  #blocks = 0;
  #isOutside = false;

  /** @param blockMs audio from one push to the next */
  constructor({ outside = OUTSIDE_SMOOTHING }: Pick<SmoothingSettings, 'outside'>, blockMs: number) {
    this.#settings = outside;
    this.#gain = smoothingGain(outside.timeConstantMs, blockMs);
  }

  /** Mean probability, 0 to 1; undefined before the first block. */
  get mean(): number | undefined {
    return this.#blocks > 0 ? this.#mean : undefined;
  }

  /** @param probability of the next block of music */
  push(probability: number): void {
    this.#mean += Math.max(this.#gain, 1 / ++this.#blocks) * (probability - this.#mean);
  }

  /** @returns whether the music is of none of the labels; called where a genre could be shown, so that the first blocks decide nothing */
  decide(): boolean {
    this.#isOutside = this.#blocks > 0 && this.#mean >= (this.#isOutside ? this.#settings.leave : this.#settings.enter);
    return this.#isOutside;
  }

  /** Forgets all blocks so far. */
  reset(): void {
    this.#mean = 0;
    this.#blocks = 0;
    this.#isOutside = false;
  }
}
