/** Notices that nothing has come for a while. */
import { WALL_CLOCK, type Clock } from './clock.js';

export class Quiet {
  readonly #clock: Clock;
  readonly #afterMs: number;
  readonly #onQuiet: () => void;
  #cancel = (): void => {};

  constructor(afterMs: number, onQuiet: () => void, clock: Clock = WALL_CLOCK) {
    this.#afterMs = afterMs;
    this.#onQuiet = onQuiet;
    this.#clock = clock;
  }

  /** Something came: the time begins anew. */
  heard(): void {
    this.#cancel();
    this.#cancel = this.#clock.after(this.#afterMs, this.#onQuiet);
  }

  /** Nothing is expected any more. */
  end(): void {
    this.#cancel();
  }
}
