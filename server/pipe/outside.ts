/**
 * Decides whether music is of none of the model's labels. The evidence of a block is
 *   log (o / (1 - o)) - leadWeight · log (q1 / q2),
 * o the probability of such music, q1 and q2 those of the best and the second genre, all of that block alone:
 * music that clearly is of one genre needs more. Its running mean over the blocks of music, a plain mean at
 * first, an exponential moving average later, decides with hysteresis: its logistic function reaches `enter` to
 * begin and falls below `leave` to end.
 */
import { OUTSIDE_SMOOTHING, smoothingGain, type SmoothingSettings } from '../../models/manifest.js';

/** Probabilities nearer to 0 or 1 count as this near, so that one block can't decide alone. */
const NEAREST = 1e-6;

/** The answer of one stream. */
export class Outside {
  readonly #settings: NonNullable<SmoothingSettings['outside']>;
  readonly #gain: number;
  #mean = 0;
  #evidence = 0;
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

  /**
   * @param probability that the next block of music is of none of the labels
   * @param genres [labels] probabilities of that block
   */
  push(probability: number, genres: ArrayLike<number>): void {
    const { leadWeight = 0 } = this.#settings;
    const gain = Math.max(this.#gain, 1 / ++this.#blocks);
    this.#mean += gain * (probability - this.#mean);
    this.#evidence += gain * (logOdds(probability) - leadWeight * leadOf(genres) - this.#evidence);
  }

  /** @returns whether the music is of none of the labels; called where a genre could be shown, so that the first blocks decide nothing */
  decide(): boolean {
    this.#isOutside = this.#blocks > 0 && 1 / (1 + Math.exp(-this.#evidence)) >= (this.#isOutside ? this.#settings.leave : this.#settings.enter);
    return this.#isOutside;
  }

  /** Forgets all blocks so far. */
  reset(): void {
    this.#mean = 0;
    this.#evidence = 0;
    this.#blocks = 0;
    this.#isOutside = false;
  }
}

function logOdds(probability: number): number {
  const p = Math.min(Math.max(probability, NEAREST), 1 - NEAREST);
  return Math.log(p / (1 - p));
}

/** Log of the ratio of the highest probability to the second. */
function leadOf(genres: ArrayLike<number>): number {
  let first = NEAREST;
  let second = NEAREST;
  for (let index = 0; index < genres.length; index++) {
    const p = genres[index]!;
    if (p > first) {
      second = first;
      first = p;
    } else if (p > second) second = p;
  }
  return Math.log(first / second);
}
