/**
 * Decides whether a stream is music, speech or other noise. K is the running mean of the blocks'
 * probabilities k,
 *   K ← K + a (k - K),  a = max(1 - exp(-blockMs / timeConstantMs), 1 / n),
 * a plain mean at first, an exponential moving average later. It averages probabilities, not their
 * logs, so one block moves it by at most a: a word of a presenter doesn't end a song.
 * Hysteresis: music ends when its K falls below `leave` and begins at `enter`. Speech and noise
 * replace each other when the other one leads by `enter - leave`.
 */
import { smoothingGain, KINDS_SMOOTHING, type SmoothingSettings } from '../../models/manifest.js';
import { SOUND_KINDS } from '../../models/sound-kinds.js';

export type SoundKind = (typeof SOUND_KINDS)[number];

/** The sound kind of one stream. */
export class SoundKinds {
  readonly #settings: typeof KINDS_SMOOTHING;
  readonly #gain: number;
  readonly #warmupBlocks: number;
  readonly #means = new Float64Array(SOUND_KINDS.length);
  #blocks = 0;
  #kind: SoundKind = 'music';

  /** @param blockMs audio from one push to the next */
  constructor({ kinds = KINDS_SMOOTHING, warmupMs }: SmoothingSettings, blockMs: number) {
    this.#settings = kinds;
    this.#gain = smoothingGain(kinds.timeConstantMs, blockMs);
    // Warm-up ends with the block that completes it; 0.5 ms of tolerance for rounding.
    this.#warmupBlocks = Math.max(1, Math.ceil((warmupMs - 0.5) / blockMs));
  }

  /** Mean probability of music, 0 to 1; 1 before the first block. */
  get music(): number {
    return this.#blocks > 0 ? this.#means[0]! : 1;
  }

  /**
   * @param kinds [music, speech, noise] probabilities of the next block
   * @returns the stream's kind; undefined during warm-up
   */
  push(kinds: ArrayLike<number>): SoundKind | undefined {
    const means = this.#means;
    const gain = Math.max(this.#gain, 1 / ++this.#blocks);
    for (let kind = 0; kind < means.length; kind++) means[kind] = means[kind]! + gain * (kinds[kind]! - means[kind]!);
    if (this.#blocks < this.#warmupBlocks) return undefined;
    // There is no kind yet at the end of warm-up: start from music.
    this.#kind = this.#next(this.#blocks === this.#warmupBlocks ? 'music' : this.#kind);
    return this.#kind;
  }

  /** Forgets all blocks so far. */
  reset(): void {
    this.#blocks = 0;
    this.#means.fill(0);
  }

  #next(current: SoundKind): SoundKind {
    const { enter, leave } = this.#settings;
    if (this.#means[0]! >= (current === 'music' ? leave : enter)) return 'music';
    const speechLead = this.#means[1]! - this.#means[2]!;
    if (current !== 'music' && Math.abs(speechLead) < enter - leave) return current;
    return speechLead >= 0 ? 'speech' : 'noise';
  }
}
