/** Calls back when no message has arrived for a while. */
import { WALL_CLOCK, type Clock } from './clock.js';

export class InactivityTimer {
  readonly #clock: Clock;
  readonly #afterMs: number;
  readonly #onInactive: () => void;
  #cancel = (): void => {};
  isRunning = false;

  constructor(afterMs: number, onInactive: () => void, clock: Clock = WALL_CLOCK) {
    this.#afterMs = afterMs;
    this.#onInactive = onInactive;
    this.#clock = clock;
  }

  /** Starts or restarts the timer; to be called for each message. */
  restart(): void {
    this.#cancel();
    this.isRunning = true;
    this.#cancel = this.#clock.after(this.#afterMs, () => {
      this.isRunning = false;
      this.#onInactive();
    });
  }

  stop(): void {
    this.#cancel();
    this.isRunning = false;
  }
}
