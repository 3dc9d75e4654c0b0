/**
 * Whether a stream is music, speech or other noise: K, the running mean of what its blocks say
 *   K ← K + a (k - K),  a = max(1 - exp(-blockMs / timeConstantMs), 1 / n),
 * a plain mean at first, exponential later. A mean of the probabilities and not of their logs, so
 * that one block moves it by no more than a: a word of a presenter doesn't end a song.
 * Music is left when its K falls below `leave`, and entered again at `enter`: between the two what
 * was there stays. Of speech and noise the other one takes over when it leads by as much as those
 * two differ.
 */
import { smoothingGain, KINDS_SMOOTHING, type SmoothingSettings } from '../../models/manifest.js';
import { SOUND_KINDS } from '../../models/sound-kinds.js';

export type SoundKind = (typeof SOUND_KINDS)[number];

/** Follows one stream. */
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
    // Warm-up is over with the block that completes it; half a millisecond of grace for rounding.
    this.#warmupBlocks = Math.max(1, Math.ceil((warmupMs - 0.5) / blockMs));
  }

  /** Mean probability of music, 0 to 1; 1 before the first block. */
  get music(): number {
    return this.#blocks > 0 ? this.#means[0]! : 1;
  }

  /**
   * @param kinds [music, speech, noise] probabilities of the next block
   * @returns what the stream is; undefined while it warms up
   */
  push(kinds: ArrayLike<number>): SoundKind | undefined {
    const means = this.#means;
    const gain = Math.max(this.#gain, 1 / ++this.#blocks);
    for (let kind = 0; kind < means.length; kind++) means[kind] = means[kind]! + gain * (kinds[kind]! - means[kind]!);
    if (this.#blocks < this.#warmupBlocks) return undefined;
    // Nothing was shown yet that could stay: it is music unless it clearly isn't.
    this.#kind = this.#next(this.#blocks === this.#warmupBlocks ? 'music' : this.#kind);
    return this.#kind;
  }

  /** What was heard no longer counts. */
  startAfresh(): void {
    this.#blocks = 0;
    this.#means.fill(0);
  }

  #next(now: SoundKind): SoundKind {
    const { enter, leave } = this.#settings;
    if (this.#means[0]! >= (now === 'music' ? leave : enter)) return 'music';
    const speechLead = this.#means[1]! - this.#means[2]!;
    if (now !== 'music' && Math.abs(speechLead) < enter - leave) return now;
    return speechLead >= 0 ? 'speech' : 'noise';
  }
}
