/** Keeps the screen on, where the browser can; it lets go while the page is hidden, so the lock is asked for again. */

export class WakeLock {
  #isWanted = false;
  #lock: Promise<WakeLockSentinel | undefined> | undefined;
  readonly #onVisible = (): void => this.#ask();

  /** Whether the screen is to stay on. */
  set isOn(isOn: boolean) {
    if (isOn === this.#isWanted) return;
    this.#isWanted = isOn;
    if (isOn) {
      document.addEventListener('visibilitychange', this.#onVisible);
      this.#ask();
    } else {
      document.removeEventListener('visibilitychange', this.#onVisible);
      void this.#lock?.then((lock) => lock?.release());
      this.#lock = undefined;
    }
  }

  #ask(): void {
    if (document.visibilityState !== 'visible') return;
    // Refused on a low battery, say; the screen then goes off as usual.
    this.#lock = navigator.wakeLock?.request('screen').catch(() => undefined);
  }
}
