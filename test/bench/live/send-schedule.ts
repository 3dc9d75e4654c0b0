/**
 * Send schedule: each client sends once per period in its own slot. Slots follow the clock, so late
 * ticks cause no drift; missed slots are caught up.
 */
export class SendSchedule<T> {
  /** [ms of the period] */
  readonly #slots: readonly Set<T>[];
  #nextMs: number;

  constructor(periodMs: number, nowMs: number) {
    this.#slots = Array.from({ length: periodMs }, () => new Set<T>());
    this.#nextMs = Math.ceil(nowMs);
  }

  /** @param share slot as a share of the period, 0 to 1 */
  join(one: T, share: number): void {
    this.#slots[Math.floor(share * this.#slots.length)]!.add(one);
  }

  leave(one: T): void {
    for (const slot of this.#slots) if (slot.delete(one)) return;
  }

  /** Calls every client whose slot came since the last call. */
  tick(nowMs: number, call: (one: T) => void): void {
    for (; this.#nextMs <= nowMs; this.#nextMs++) this.#slots[this.#nextMs % this.#slots.length]!.forEach(call);
  }
}
