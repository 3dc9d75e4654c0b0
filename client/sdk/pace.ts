/** Tells live sound from a file by its pace: a file comes faster than real time. The server judges by the same measure (`--live-ahead-ms`). */

/** Lead over the clock above which sound comes from a file, ms: more than recorders and players hold back. */
export const FILE_AHEAD_MS = 5000;

export class Pace {
  #startedAtMs: number | undefined;
  #soundMs = 0;
  #isFile = false;

  /** Stays true: who was ahead of the clock once is no microphone. */
  get isFile(): boolean { return this.#isFile; }

  /** @param durationMs length of the sound that came now */
  push(durationMs: number, nowMs: number): void {
    this.#startedAtMs ??= nowMs;
    this.#soundMs += durationMs;
    if (this.#soundMs - (nowMs - this.#startedAtMs) > FILE_AHEAD_MS) this.#isFile = true;
  }
}
