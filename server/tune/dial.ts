/**
 * The dial: which station to listen to, so that a wish is heard for as much of the time as possible
 * with few hops. It has no clock and no I/O; it is told what all stations play, and answers with a hop.
 *
 * Hysteresis has three parts, since single verdicts are often wrong: what is not wished for must last,
 * a station must have played what is wished for some seconds before it is hopped to, and one that was
 * just left is left alone for a while.
 */
import type { StationGlance, StreamState } from '../protocol/messages.js';
import { fitOf, type HeardNow, type Wish } from './wish.js';

export type StationNow = HeardNow & Pick<StationGlance, 'id' | 'state'>;

/** Why the current station is left. `next` and `never` are the listener's. */
export type HopReason = 'start' | 'other' | 'speech' | 'silence' | 'down' | 'next' | 'never';

export interface Hop {
  /** Null at the start. */
  readonly from: string | null;
  readonly to: string;
  readonly reason: HopReason;
}

/** Times in ms. */
export interface DialSettings {
  /** Least confidence, 0 to 1, steadied over some seconds, of a station that is hopped to. */
  readonly minP: number;
  /** How long music that is not wished for may last. */
  readonly otherMs: number;
  readonly speechMs: number;
  readonly silenceMs: number;
  /** How long a station may be without sound. */
  readonly downMs: number;
  /** How long a station must have played what is wished for before it is hopped to. */
  readonly settleMs: number;
  /** How long a station that was left is not hopped to, while there is another. */
  readonly restMs: number;
}

export const DIAL_DEFAULTS: DialSettings = { minP: 0.5, otherMs: 12_000, speechMs: 12_000, silenceMs: 5000, downMs: 3000, settleMs: 8000, restMs: 60_000 };

/** Time constant of the steadied fit. */
const FIT_MS = 6000;
/** Time constant of how much of the time a station has fitted. */
const HABIT_MS = 600_000;
/** Longest time between two calls that counts: after a sleep the past says nothing. */
const MAX_STEP_MS = 5000;
/** How fast time with something else is forgotten while the wish is heard again. */
const FORGIVE = 2;

interface Followed {
  /** Steadied confidence that it plays what is wished for, 0 to 1. */
  fit: number;
  /** Share of the time that it did, steadied; 0 to 1. */
  habit: number;
  /** How long it has been playing it. */
  fitsMs: number;
  /** How long it has been playing something else, and what. */
  offMs: number;
  off: Exclude<HopReason, 'start' | 'next' | 'never'>;
  /** Until when it is left alone. */
  restsUntilMs: number;
  isLive: boolean;
}

export class Dial {
  readonly #wish: Wish;
  #settings: DialSettings;
  readonly #followed = new Map<string, Followed>();
  readonly #never = new Set<string>();
  #current: string | null = null;
  #atMs: number | undefined;
  #asked: 'next' | 'never' | undefined;
  /** While true, nothing but the listener changes the station. */
  stays = false;

  constructor(wish: Wish, settings: Partial<DialSettings> = {}) {
    this.#wish = wish;
    this.#settings = { ...DIAL_DEFAULTS, ...settings };
  }

  /** Id of the station; null before the first hop. */
  get current(): string | null {
    return this.#current;
  }

  /** Changes settings from now on. */
  set(settings: Partial<DialSettings>): void {
    this.#settings = { ...this.#settings, ...settings };
  }

  /** Asks for another station; the next call of `tick` hops if there is one. */
  next(): void {
    this.#asked = 'next';
  }

  /** Never hops to this station again; leaves it if it is the current one. */
  never(id: string): void {
    this.#never.add(id);
    if (id === this.#current) this.#asked = 'never';
  }

  /**
   * Once a second or so.
   * @param atMs any clock that does not go back
   * @returns the hop to be made now; undefined to go on as before
   */
  tick(atMs: number, stations: readonly StationNow[]): Hop | undefined {
    const stepMs = this.#atMs === undefined ? 0 : Math.min(MAX_STEP_MS, Math.max(0, atMs - this.#atMs));
    this.#atMs = atMs;
    this.#follow(stations, stepMs);
    const reason = this.#reason();
    if (reason === undefined) return undefined;
    const to = this.#best(atMs, reason);
    if (to === undefined) {
      // Nothing else fits even a little: the question is asked again by the listener.
      this.#asked = undefined;
      return undefined;
    }
    return this.#hop(to, reason, atMs);
  }

  #follow(stations: readonly StationNow[], stepMs: number): void {
    const gone = new Set(this.#followed.keys());
    for (const station of stations) {
      gone.delete(station.id);
      const isLive = station.state === 'live' || station.state === 'silent';
      const fit = isLive ? fitOf(this.#wish, station) : 0;
      let one = this.#followed.get(station.id);
      if (!one) {
        // What it plays at the first look counts as steady, so that a listener need not wait for sound.
        this.#followed.set(station.id, one = { fit, habit: fit > 0 ? 1 : 0, fitsMs: fit > 0 ? this.#settings.settleMs : 0, offMs: 0, off: 'other', restsUntilMs: -Infinity, isLive });
        continue;
      }
      one.isLive = isLive;
      // A verdict that is still to come says nothing.
      if (isLive && station.heard === 'warming') continue;
      one.fit += (fit - one.fit) * (1 - Math.exp(-stepMs / FIT_MS));
      one.habit += ((fit > 0 ? 1 : 0) - one.habit) * (1 - Math.exp(-stepMs / HABIT_MS));
      if (fit > 0) {
        one.fitsMs += stepMs;
        one.offMs = Math.max(0, one.offMs - FORGIVE * stepMs);
      } else {
        one.fitsMs = 0;
        one.offMs += stepMs;
        one.off = isLive ? offOf(station.heard) : 'down';
      }
    }
    for (const id of gone) {
      const one = this.#followed.get(id)!;
      if (id !== this.#current) this.#followed.delete(id);
      else Object.assign(one, { isLive: false, fit: 0, fitsMs: 0, off: 'down', offMs: one.offMs + stepMs });
    }
  }

  /** Why to hop now; undefined if there is no reason. */
  #reason(): HopReason | undefined {
    if (this.#current === null) return 'start';
    if (this.#asked !== undefined) return this.#asked;
    const { offMs, off } = this.#followed.get(this.#current)!;
    if (this.stays) return undefined;
    const { otherMs, speechMs, silenceMs, downMs } = this.#settings;
    return offMs > 0 && offMs >= { other: otherMs, speech: speechMs, silence: silenceMs, down: downMs }[off] ? off : undefined;
  }

  /** The station to hop to: surest now, and most often before. */
  #best(atMs: number, reason: HopReason): string | undefined {
    const { minP, settleMs } = this.#settings;
    const score = ({ fit, habit }: Followed): number => fit * (1 + habit);
    const others = [...this.#followed].filter(([id, { isLive }]) => id !== this.#current && isLive && !this.#never.has(id)).sort(([, a], [, b]) => score(b) - score(a));
    const settled = others.filter(([, { fit, fitsMs }]) => fit >= minP && fitsMs >= settleMs);
    const rested = settled.find(([, { restsUntilMs }]) => restsUntilMs <= atMs);
    if (rested ?? settled[0]) return (rested ?? settled[0])![0];
    // At the start and for the listener a little is enough; without sound, any station that has it.
    const isForced = reason === 'start' || reason === 'next' || reason === 'never';
    if (isForced) return others.find(([, { fit }]) => fit > 0)?.[0];
    return reason === 'down' ? others[0]?.[0] : undefined;
  }

  #hop(to: string, reason: HopReason, atMs: number): Hop {
    const from = this.#current;
    const left = from === null ? undefined : this.#followed.get(from);
    if (left) Object.assign(left, { restsUntilMs: atMs + this.#settings.restMs, offMs: 0 });
    Object.assign(this.#followed.get(to)!, { offMs: 0 });
    this.#current = to;
    this.#asked = undefined;
    return { from, to, reason };
  }
}

function offOf(heard: StreamState | null): Followed['off'] {
  return heard === 'speech' || heard === 'silence' ? heard : 'other';
}
