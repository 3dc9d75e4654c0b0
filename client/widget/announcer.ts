/**
 * Decides when a widget announces its state to screen readers: only text that has not changed for a
 * while, and rarely. All widgets of a page share one rate limit, since the page is about something else.
 */

/** Text must stay the same for this long. */
const SETTLED_MS = 2000;
/** Between two announcements on a page. */
const MIN_INTERVAL_MS = 10_000;

/** Time of the last announcement of any widget on the page. */
export interface LastAnnouncement { atMs: number }

export class Announcer {
  readonly #lastOnPage: LastAnnouncement;
  #announced = '';
  #text = '';
  #sinceMs = 0;

  constructor(lastOnPage: LastAnnouncement) {
    this.#lastOnPage = lastOnPage;
  }

  /**
   * To be called at every update.
   * @param text the current state, without changing numbers; empty if it should not be announced
   * @returns true if it is to be announced now
   */
  push(text: string, nowMs: number): boolean {
    if (text !== this.#text) {
      this.#text = text;
      this.#sinceMs = nowMs;
    }
    if (text === '' || text === this.#announced || nowMs - this.#sinceMs < SETTLED_MS || nowMs - this.#lastOnPage.atMs < MIN_INTERVAL_MS) return false;
    this.#announced = text;
    this.#lastOnPage.atMs = nowMs;
    return true;
  }
}
