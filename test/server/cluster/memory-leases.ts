/** Leases in memory on a clock of the test, and nodes that can be cut off from them. */
import { Subject } from 'rxjs';
import { Lease, type Leases, type LeaseTimes } from '../../../server/cluster/lease.js';

interface Row {
  readonly number: number;
  untilMs: number;
  value: string;
}

/** `cut`: requests do not arrive; `late`: they do when the link is whole again; `deaf`: they do, and the answers are lost. */
export type Link = 'whole' | 'cut' | 'late' | 'deaf';

export class MemoryEngine {
  readonly #rows = new Map<string, Row>();
  readonly #released = new Subject<string>();
  readonly #times: LeaseTimes;
  readonly #nowMs: () => number;
  #lastNumber = 0;
  #emptiedMs = -Infinity;
  #late: { readonly link: () => Link; readonly work: () => unknown }[] = [];

  constructor(times: LeaseTimes, nowMs: () => number) {
    this.#times = times;
    this.#nowMs = nowMs;
  }

  /** It forgets all leases, but not the numbers. */
  empty(): void {
    this.#rows.clear();
    this.#emptiedMs = this.#nowMs();
  }

  /** What was late arrives where the network is whole again. */
  deliver(): void {
    const due = this.#late.filter(({ link }) => link() === 'whole');
    this.#late = this.#late.filter((each) => !due.includes(each));
    for (const { work } of due) work();
  }

  holderOf(name: string): number | undefined {
    return this.#alive(name)?.number;
  }

  node(link: () => Link): Leases {
    const ask = async <T>(work: () => T): Promise<T> => {
      await undefined;
      if (link() === 'late') this.#late.push({ link, work });
      if (link() === 'late' || link() === 'cut') throw new Error('no answer');
      const answer = work();
      if (link() === 'deaf') throw new Error('no answer');
      return answer;
    };
    const { ttlMs, holdMs } = this.#times;
    const all = (kind: string): [string, Row][] => [...this.#rows].filter(([name]) => name.startsWith(`${kind}.`) && this.#alive(name));
    return {
      released$: this.#released,
      acquire: async (name, value = '', lost) => {
        const sentAtMs = this.#nowMs();
        const row = await ask(() => {
          const isYoung = this.#nowMs() < this.#emptiedMs + holdMs;
          if (this.#alive(name) || (isYoung && !lost?.isInTime)) return undefined;
          const made: Row = { number: ++this.#lastNumber, untilMs: this.#nowMs() + ttlMs, value };
          this.#rows.set(name, made);
          return made;
        });
        return row && new Lease({
          name, value, number: row.number, sentAtMs, holdMs, now: this.#nowMs,
          engine: {
            renew: (text) => ask(() => {
              if (this.#alive(name) !== row) return false;
              row.untilMs = this.#nowMs() + ttlMs;
              row.value = text;
              return true;
            }),
            release: async () => {
              await ask(() => this.#rows.get(name) === row && this.#rows.delete(name));
              this.#released.next(name);
            },
          },
        });
      },
      names: (kind) => ask(() => new Set(all(kind).map(([name]) => name))),
      values: (kind) => ask(() => new Map(all(kind).map(([name, { value }]) => [name, value]))),
      close: async () => {},
    };
  }

  #alive(name: string): Row | undefined {
    const row = this.#rows.get(name);
    return row && row.untilMs > this.#nowMs() ? row : undefined;
  }
}
