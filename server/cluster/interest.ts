/**
 * Which streams of this node others watch. Each of them says so again every few seconds; a node that
 * does not (it died, or is cut off) counts no longer, so that nothing is published for nobody.
 */

/** What all other nodes together want of a stream. */
export interface Wanted {
  readonly viewers: number;
  readonly columns: boolean;
}

interface Watcher extends Wanted {
  readonly untilMs: number;
}

/** A node that has not said for so long that it watches a stream does not. */
export const INTEREST_MS = 6000;

const NOTHING: Wanted = { viewers: 0, columns: false };

export class Interest {
  readonly #now: () => number;
  readonly #changed: (key: number, wanted: Wanted) => void;
  readonly #byKey = new Map<number, Map<string, Watcher>>();

  /** @param changed called when something else is wanted of a stream than before */
  constructor(now: () => number, changed: (key: number, wanted: Wanted) => void) {
    this.#now = now;
    this.#changed = changed;
  }

  /** Streams that somebody watches. */
  get size(): number {
    return this.#byKey.size;
  }

  /** What a node wants now; without viewers it wants nothing. */
  renew(key: number, node: string, wanted: Wanted): void {
    this.#change(key, (watchers) => {
      if (wanted.viewers > 0) watchers.set(node, { ...wanted, untilMs: this.#now() + INTEREST_MS });
      else watchers.delete(node);
    });
  }

  /** Forgets nodes that have not renewed. To be called every second or so. */
  expire(): void {
    const nowMs = this.#now();
    for (const key of [...this.#byKey.keys()]) {
      this.#change(key, (watchers) => {
        for (const [node, { untilMs }] of watchers) if (untilMs <= nowMs) watchers.delete(node);
      });
    }
  }

  /** The stream has ended. */
  forget(key: number): void {
    this.#byKey.delete(key);
  }

  #change(key: number, change: (watchers: Map<string, Watcher>) => void): void {
    const watchers = this.#byKey.get(key) ?? new Map<string, Watcher>();
    const before = sum(watchers);
    change(watchers);
    if (watchers.size > 0) this.#byKey.set(key, watchers);
    else this.#byKey.delete(key);
    const after = sum(watchers);
    if (after.viewers !== before.viewers || after.columns !== before.columns) this.#changed(key, after);
  }
}

function sum(watchers: ReadonlyMap<string, Watcher>): Wanted {
  let { viewers, columns } = NOTHING;
  for (const each of watchers.values()) {
    viewers += each.viewers;
    columns ||= each.columns;
  }
  return { viewers, columns };
}
