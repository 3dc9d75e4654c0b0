/**
 * Who sends when: everyone once a period, each at a place of their own in it. Places are counted on
 * the clock, so late ticks never add up to drift; what was missed is made up for.
 */
export class SendSchedule<T> {
  /** [ms of the period] */
  readonly #places: readonly Set<T>[];
  #nextMs: number;

  constructor(periodMs: number, nowMs: number) {
    this.#places = Array.from({ length: periodMs }, () => new Set<T>());
    this.#nextMs = Math.ceil(nowMs);
  }

  /** @param share of the period after which it is this one's turn, 0 to 1 */
  join(one: T, share: number): void {
    this.#places[Math.floor(share * this.#places.length)]!.add(one);
  }

  leave(one: T): void {
    for (const place of this.#places) if (place.delete(one)) return;
  }

  /** Calls whoever's turn came since the last call. */
  tick(nowMs: number, call: (one: T) => void): void {
    for (; this.#nextMs <= nowMs; this.#nextMs++) this.#places[this.#nextMs % this.#places.length]!.forEach(call);
  }
}
