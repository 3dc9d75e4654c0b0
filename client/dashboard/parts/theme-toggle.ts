/** Button for the light or dark theme; follows the system until the visitor chooses. */
import { html, LitElement, svg } from 'lit';
import { storeTheme, storedTheme, type Theme } from '../model/theme.js';
import { sharedStyles } from './shared-styles.js';

const SUN = svg`<circle cx="12" cy="12" r="4"/><path d="M12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1M17.3 6.7l1.1-1.1"/>`;
const MOON = svg`<path d="M20 14.5A8 8 0 0 1 9.5 4a8 8 0 1 0 10.5 10.5z"/>`;

/** Fires `theme` (detail: Theme) once at the start and at each change. */
export class ThemeToggle extends LitElement {
  static override properties = { theme: { state: true } };
  static override styles = sharedStyles;

  declare theme: Theme;
  readonly #system = matchMedia('(prefers-color-scheme: dark)');
  readonly #onSystem = (): void => this.#apply(storedTheme(() => localStorage) ?? this.#systemTheme);

  get #systemTheme(): Theme { return this.#system.matches ? 'dark' : 'light'; }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#system.addEventListener('change', this.#onSystem);
    this.#onSystem();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#system.removeEventListener('change', this.#onSystem);
  }

  override render() {
    const other = this.theme === 'dark' ? 'light' : 'dark';
    return html`<button type="button" aria-label="Use ${other} colours" title="Use ${other} colours" .style=${'padding: 0 0.6rem; display: grid; place-items: center'}
      @click=${() => this.#choose(other)}><svg viewBox="0 0 24 24" aria-hidden="true">${this.theme === 'dark' ? SUN : MOON}</svg></button>`;
  }

  #choose(theme: Theme): void {
    storeTheme(() => localStorage, theme);
    this.#apply(theme);
  }

  #apply(theme: Theme): void {
    this.theme = theme;
    document.documentElement.dataset['theme'] = theme;
    this.dispatchEvent(new CustomEvent('theme', { detail: theme }));
  }
}

customElements.define('theme-toggle', ThemeToggle);
