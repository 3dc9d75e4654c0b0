/**
 * Debounces a condition: it has to hold for some time to be raised, and to be false for some time to
 * recover. Time is audio time: a burst of blocks counts for its duration, and time without audio does
 * not count.
 */
import type { PredictionEvent } from './rule.js';

export interface SustainedTimes {
  /** How long it has to hold to be raised. */
  readonly forMs: number;
  /** How long it has to be false to recover. */
  readonly endAfterMs: number;
  /** Before it is raised, shorter interruptions are bridged: they count as if it held. */
  readonly bridgeMs: number;
}

/** After a longer gap without audio, a condition not yet raised starts from zero. */
const GAP_MS = 60_000;
/** Bridged interruptions may add up to at most this share of `forMs`. */
const MAX_BRIDGED_SHARE = 0.2;

export class SustainedCondition {
  readonly #times: SustainedTimes;
  #isOpen: boolean;
  #fromMs: number;
  #toMs = 0;
  #heldMs = 0;
  #bridgedMs = 0;
  /** Length of the current interruption. */
  #interruptedMs = 0;
  #lastMs = 0;

  /** @param openSinceMs start of one that is raised already */
  constructor(times: SustainedTimes, openSinceMs: number | null = null) {
    this.#times = times;
    this.#isOpen = openSinceMs !== null;
    this.#fromMs = openSinceMs ?? 0;
  }

  /** Start of the time in which it holds. */
  get fromMs(): number {
    return this.#fromMs;
  }

  /** Start of the last interruption. */
  get toMs(): number {
    return this.#toMs;
  }

  push(holds: boolean, { atMs, spanMs }: Pick<PredictionEvent, 'atMs' | 'spanMs'>): 'raised' | 'recovered' | undefined {
    const startMs = atMs - spanMs;
    if (!this.#isOpen && startMs - this.#lastMs > GAP_MS) this.#clear();
    this.#lastMs = atMs;
    return holds ? this.#hold(startMs, spanMs) : this.#interrupt(startMs, spanMs);
  }

  #hold(startMs: number, spanMs: number): 'raised' | undefined {
    if (!this.#isOpen && this.#heldMs === 0) this.#fromMs = startMs;
    this.#bridgedMs += this.#interruptedMs;
    this.#interruptedMs = 0;
    this.#heldMs += spanMs;
    if (this.#isOpen || this.#heldMs + this.#bridgedMs < this.#times.forMs) return undefined;
    this.#isOpen = true;
    return 'raised';
  }

  #interrupt(startMs: number, spanMs: number): 'recovered' | undefined {
    if (!this.#isOpen && this.#heldMs === 0) return undefined;
    if (this.#interruptedMs === 0) this.#toMs = startMs;
    this.#interruptedMs += spanMs;
    if (this.#isOpen ? this.#interruptedMs < this.#times.endAfterMs : this.#isBridged()) return undefined;
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    this.#clear();
    return wasOpen ? 'recovered' : undefined;
  }

  #isBridged(): boolean {
    const { forMs, bridgeMs } = this.#times;
    return this.#interruptedMs < bridgeMs && this.#bridgedMs + this.#interruptedMs <= MAX_BRIDGED_SHARE * forMs;
  }

  #clear(): void {
    this.#heldMs = this.#bridgedMs = this.#interruptedMs = 0;
  }
}
