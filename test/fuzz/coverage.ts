/**
 * Which code a case has reached, and about how often, by counters in it (`instrument.ts`). An input is of interest when it
 * reaches a place that none before did, or reaches one twice as often as any before, as AFL has it.
 */
import { COUNTERS } from './instrument.js';

/** More than all modules of ours have; those of a module that finds no room are not read. */
const MOST_COUNTERS = 1 << 17;
/** A bit for each range of counts: 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, and more. */
const RANGES = Uint8Array.from({ length: 256 }, (_, count) => (count === 0 ? 0 : 1 << [1, 2, 3, 7, 15, 31, 127, 255].findIndex((last) => count <= last)));

const counts = new Uint8Array(MOST_COUNTERS);
const words = new Uint32Array(counts.buffer);
let used = 0;

/** Modules that are loaded from now on, by `hooks.ts`, get their counters here. Counters of one byte begin again at 256. */
export function giveCounters(): void {
  Object.assign(globalThis, {
    [COUNTERS](wanted: number): Uint8Array | undefined {
      if (used + wanted > MOST_COUNTERS) return undefined;
      used += wanted;
      return counts.subarray(used - wanted, used);
    },
  });
}

/** What an input reached that none before had. */
export type Reached = 'nothing new' | 'more often' | 'new code';

export class Coverage {
  /** Ranges seen, by counter. */
  readonly #seen = new Uint8Array(MOST_COUNTERS);
  #reached = 0;

  constructor() {
    counts.fill(0);
  }

  /** Places in our code that were ever reached. */
  get places(): number {
    return this.#reached;
  }

  /** All places there are in what is loaded. */
  get allPlaces(): number {
    return used;
  }

  /** Of the code that ran since the last call. */
  take(): Reached {
    let news: Reached = 'nothing new';
    for (let word = 0; 4 * word < used; word++) {
      if (words[word] === 0) continue;
      for (let at = 4 * word; at < 4 * word + 4; at++) {
        const [range, seen] = [RANGES[counts[at]!]!, this.#seen[at]!];
        if ((range & ~seen) === 0) continue;
        this.#seen[at] = seen | range;
        if (seen === 0) {
          this.#reached++;
          news = 'new code';
        } else if (news === 'nothing new') news = 'more often';
      }
      words[word] = 0;
    }
    return news;
  }
}
