/** Whether a widget needs a connection: while it is visible and a while after, but not on a page that was left. */

/** Keeps the connection during a short look at another tab or another part of the page. */
const HIDDEN_GRACE_MS = 30_000;
/** Connects this far before the widget scrolls into view. */
const PRELOAD_MARGIN = '200px';

export class VisibilityObserver {
  readonly #onChange: (isActive: boolean) => void;
  readonly #observer: IntersectionObserver;
  readonly #page = new AbortController();
  #isNear = false;
  #isActive = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(element: Element, onChange: (isActive: boolean) => void) {
    this.#onChange = onChange;
    this.#observer = new IntersectionObserver((entries) => {
      this.#isNear = entries.at(-1)!.isIntersecting;
      this.#update();
    }, { rootMargin: PRELOAD_MARGIN });
    this.#observer.observe(element);
    const { signal } = this.#page;
    document.addEventListener('visibilitychange', () => this.#update(), { signal });
    addEventListener('pageshow', () => this.#update(), { signal });
    // A page with an open socket can't go into the back/forward cache.
    addEventListener('pagehide', () => this.#setActive(false), { signal });
  }

  end(): void {
    this.#page.abort();
    this.#observer.disconnect();
    clearTimeout(this.#timer);
  }

  #update(): void {
    clearTimeout(this.#timer);
    if (this.#isNear && document.visibilityState === 'visible') this.#setActive(true);
    else this.#timer = setTimeout(() => this.#setActive(false), HIDDEN_GRACE_MS);
  }

  #setActive(isActive: boolean): void {
    clearTimeout(this.#timer);
    if (isActive === this.#isActive) return;
    this.#isActive = isActive;
    this.#onChange(isActive);
  }
}
