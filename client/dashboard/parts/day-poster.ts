/** A day of a station as a poster: a day to pick, the picture that the server draws, and a link to keep it. */
import { css, html, LitElement, nothing } from 'lit';
import { stationPath } from '../api.js';
import type { Theme } from '../model/theme.js';
import type { Site } from '../site.js';
import { sharedStyles } from './shared-styles.js';

export class DayPoster extends LitElement {
  static override properties = { site: { attribute: false }, stationId: {}, theme: { attribute: false }, day: { state: true }, picture: { state: true }, trouble: { state: true } };
  static override styles = [sharedStyles, css`
    .tools { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 0.75rem; }
    input { font: inherit; color: var(--ink); background: var(--surface); border: 1px solid var(--control); border-radius: 0.625rem; min-block-size: 2.25rem; padding: 0 0.625rem; }
    button { min-block-size: 2.25rem; }
    a { color: var(--accent); font-size: 0.875rem; }
    img { display: block; inline-size: min(100%, 36rem); block-size: auto; margin-block-start: 0.75rem; border: 1px solid var(--line); border-radius: 0.5rem; }
    p { font-size: 0.875rem; color: var(--quiet); margin-block-start: 0.5rem; }
  `];

  declare site: Site;
  declare stationId: string;
  declare theme: Theme;
  /** `YYYY-MM-DD` in the reader's time zone. */
  declare day: string;
  /** Address of the picture shown, with its file name; undefined before one was asked for. */
  declare picture: { readonly url: string; readonly name: string } | undefined;
  /** Why it could not be drawn. */
  declare trouble: string;
  #asked = new AbortController();

  constructor() {
    super();
    this.day = localDay(new Date());
    this.trouble = '';
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#asked.abort();
    this.#show(undefined);
  }

  override render() {
    const { picture } = this;
    return html`
      <div class="tools">
        <input type="date" aria-label="Day of the poster" required max=${localDay(new Date())} .value=${this.day} @change=${(event: Event) => { this.day = (event.target as HTMLInputElement).value; }}>
        <button type="button" ?disabled=${this.day === ''} @click=${() => void this.#draw()}>Draw</button>
        ${picture ? html`<a href=${picture.url} download=${picture.name}>Save as SVG</a>` : nothing}
      </div>
      <div role="status">${this.trouble === '' ? nothing : html`<p>${this.trouble}</p>`}</div>
      ${picture ? html`<img src=${picture.url} alt="Poster of ${this.day}: genres by the hour, shares and titles">` : nothing}`;
  }

  async #draw(): Promise<void> {
    this.#asked.abort();
    const { signal } = this.#asked = new AbortController();
    this.trouble = '';
    try {
      const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
      const response = await this.site.visitor.fetch(stationPath(this.stationId, `/poster.svg?day=${this.day}&tz=${encodeURIComponent(timeZone)}&theme=${this.theme}`), signal);
      const name = `${this.stationId}-${this.day}.svg`;
      this.#show({ url: URL.createObjectURL(await response.blob()), name });
    } catch (error) {
      if (!signal.aborted) this.trouble = `It could not be drawn: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  #show(picture: DayPoster['picture']): void {
    if (this.picture) URL.revokeObjectURL(this.picture.url);
    this.picture = picture;
  }
}

function localDay(date: Date): string {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}

customElements.define('day-poster', DayPoster);
