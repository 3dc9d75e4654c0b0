/**
 * A condition that has to last before it counts, and to be gone for some time before it is over:
 * what wavers around its edge says nothing. Time is that of the sound, so a burst of blocks counts
 * for as long as it plays, and time in which nothing is heard doesn't count at all.
 */
import type { PredictionEvent } from './rule.js';

export interface StretchTimes {
  /** How long it has to hold. */
  readonly forMs: number;
  /** How long it has to be gone, once it counts. */
  readonly endAfterMs: number;
  /** Shorter interruptions are part of it, before it counts. */
  readonly forgiveMs: number;
}

/** More time than this in which nothing was heard, and what has not lasted yet starts anew. */
const GAP_MS = 60_000;
/** What is forgiven, altogether, is no more than this share of it. */
const MOST_FORGIVEN = 0.2;

export class Stretch {
  readonly #times: StretchTimes;
  #isOpen: boolean;
  #fromMs: number;
  #toMs = 0;
  #heldMs = 0;
  #forgivenMs = 0;
  /** The interruption that goes on now. */
  #goneMs = 0;
  #lastMs = 0;

  /** @param openSinceMs of one that counts already */
  constructor(times: StretchTimes, openSinceMs: number | null = null) {
    this.#times = times;
    this.#isOpen = openSinceMs !== null;
    this.#fromMs = openSinceMs ?? 0;
  }

  /** When it began to hold. */
  get fromMs(): number {
    return this.#fromMs;
  }

  /** When it began to be gone. */
  get toMs(): number {
    return this.#toMs;
  }

  take(holds: boolean, { atMs, spanMs }: Pick<PredictionEvent, 'atMs' | 'spanMs'>): 'raised' | 'recovered' | undefined {
    const startMs = atMs - spanMs;
    if (!this.#isOpen && startMs - this.#lastMs > GAP_MS) this.#clear();
    this.#lastMs = atMs;
    return holds ? this.#hold(startMs, spanMs) : this.#interrupt(startMs, spanMs);
  }

  #hold(startMs: number, spanMs: number): 'raised' | undefined {
    if (!this.#isOpen && this.#heldMs === 0) this.#fromMs = startMs;
    this.#forgivenMs += this.#goneMs;
    this.#goneMs = 0;
    this.#heldMs += spanMs;
    if (this.#isOpen || this.#heldMs + this.#forgivenMs < this.#times.forMs) return undefined;
    this.#isOpen = true;
    return 'raised';
  }

  #interrupt(startMs: number, spanMs: number): 'recovered' | undefined {
    if (!this.#isOpen && this.#heldMs === 0) return undefined;
    if (this.#goneMs === 0) this.#toMs = startMs;
    this.#goneMs += spanMs;
    if (this.#isOpen ? this.#goneMs < this.#times.endAfterMs : this.#isForgiven()) return undefined;
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    this.#clear();
    return wasOpen ? 'recovered' : undefined;
  }

  #isForgiven(): boolean {
    const { forMs, forgiveMs } = this.#times;
    return this.#goneMs < forgiveMs && this.#forgivenMs + this.#goneMs <= MOST_FORGIVEN * forMs;
  }

  #clear(): void {
    this.#heldMs = this.#forgivenMs = this.#goneMs = 0;
  }
}
