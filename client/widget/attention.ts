/** Whether a widget is worth a connection: while it can be seen, and a while after, but not in a page that was left. */

/** A glance away, at another tab or further down, costs nothing. */
const PATIENCE_MS = 30_000;
/** It is connected by the time it is scrolled into view. */
const NEAR = '200px';

export class Attention {
  readonly #onChange: (isWanted: boolean) => void;
  readonly #observer: IntersectionObserver;
  readonly #page = new AbortController();
  #isNear = false;
  #isWanted = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(element: Element, onChange: (isWanted: boolean) => void) {
    this.#onChange = onChange;
    this.#observer = new IntersectionObserver((entries) => {
      this.#isNear = entries.at(-1)!.isIntersecting;
      this.#look();
    }, { rootMargin: NEAR });
    this.#observer.observe(element);
    const { signal } = this.#page;
    document.addEventListener('visibilitychange', () => this.#look(), { signal });
    addEventListener('pageshow', () => this.#look(), { signal });
    // A page with an open socket can't be kept for the back button.
    addEventListener('pagehide', () => this.#enter(false), { signal });
  }

  end(): void {
    this.#page.abort();
    this.#observer.disconnect();
    clearTimeout(this.#timer);
  }

  #look(): void {
    clearTimeout(this.#timer);
    if (this.#isNear && document.visibilityState === 'visible') this.#enter(true);
    else this.#timer = setTimeout(() => this.#enter(false), PATIENCE_MS);
  }

  #enter(isWanted: boolean): void {
    clearTimeout(this.#timer);
    if (isWanted === this.#isWanted) return;
    this.#isWanted = isWanted;
    this.#onChange(isWanted);
  }
}
