/**
 * What a screen reader is told: what has settled, and rarely. A page may hold many widgets and is
 * about something else, so all of them share one turn to speak.
 */

const SETTLED_MS = 2000;
const QUIET_MS = 10_000;

/** When somebody on this page last spoke. */
export interface Turn { saidAtMs: number }

export class Announcer {
  readonly #turn: Turn;
  #said = '';
  #what = '';
  #sinceMs = 0;

  constructor(turn: Turn) {
    this.#turn = turn;
  }

  /**
   * To be called now and then.
   * @param what what is so, without numbers that move; empty where it isn't worth a word
   * @returns true where it is to be said now
   */
  push(what: string, nowMs: number): boolean {
    if (what !== this.#what) {
      this.#what = what;
      this.#sinceMs = nowMs;
    }
    if (what === '' || what === this.#said || nowMs - this.#sinceMs < SETTLED_MS || nowMs - this.#turn.saidAtMs < QUIET_MS) return false;
    this.#said = what;
    this.#turn.saidAtMs = nowMs;
    return true;
  }
}
