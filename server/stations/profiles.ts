/**
 * What stations usually play, read from the history and kept in memory: shares by the hour of the last
 * four weeks. A station's first read takes some 50 ms of the database's time, in parts of a few
 * milliseconds; after that only the newest hours are read.
 */
import { setImmediate } from 'node:timers/promises';
import type { HistoryStore } from '../store/store.js';
import { profileOf, type HourShares, type Profile } from '../tune/profile.js';

const HOUR_MS = 3_600_000;
export const PROFILE_DAYS = 28;
/** Hours read at once. */
const READ_HOURS = 48;
/** What was read is not read again for this time. */
const FRESH_MS = 5 * 60_000;

export interface KeptProfile {
  /** In order. */
  readonly hours: readonly HourShares[];
  readonly overall: Profile;
}

interface Kept extends KeptProfile {
  readonly readAtMs: number;
}

export class Profiles {
  readonly #store: HistoryStore;
  readonly #now: () => number;
  readonly #byStation = new Map<string, Kept>();
  /** Reads run one after the other, so that they leave time for other work. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param now ms since 1970 */
  constructor(store: HistoryStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** @throws StoreError */
  of(station: string): Promise<KeptProfile> {
    const read = this.#last.then(() => this.#fresh(station));
    this.#last = read.catch(() => {});
    return read;
  }

  /** Drops what is known of a station that was removed. */
  forget(station: string): void {
    this.#byStation.delete(station);
  }

  async #fresh(station: string): Promise<KeptProfile> {
    const before = this.#byStation.get(station);
    const nowMs = this.#now();
    if (before && nowMs - before.readAtMs < FRESH_MS) return before;
    const endHour = Math.floor(nowMs / HOUR_MS) + 1;
    const firstHour = endHour - 24 * PROFILE_DAYS;
    const kept = before?.hours.filter(({ hour }) => hour >= firstHour) ?? [];
    // The last hour that is known was not over when it was read.
    const last = kept.pop();
    const hours = kept;
    for (let from = last?.hour ?? firstHour; from < endHour; from += READ_HOURS) {
      const to = Math.min(from + READ_HOURS, endHour);
      hours.push(...await this.#store.hours(station, { fromMs: from * HOUR_MS, toMs: to * HOUR_MS }));
      await setImmediate();
    }
    const fresh: Kept = { hours, overall: profileOf(hours), readAtMs: nowMs };
    this.#byStation.set(station, fresh);
    return fresh;
  }
}
