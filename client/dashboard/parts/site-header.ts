/** Header of every page: navigation, slots for the page's own controls, alerts, sign-in, theme. */
import { css, html, LitElement, nothing } from 'lit';
import { FILES, LIBRARY, LIVE, SERVER, STATIONS, TOKENS, TUNE, type Route } from '../model/route.js';
import type { Theme } from '../model/theme.js';
import type { Site } from '../site.js';
import './alert-bell.js';
import { icon, MARK } from './icons.js';
import { sharedStyles } from './shared-styles.js';
import './sign-in.js';
import './theme-toggle.js';

/** Fires `theme` (detail: Theme) once at the start and at each change. */
export class SiteHeader extends LitElement {
  static override properties = { site: { attribute: false }, page: {} };
  static override styles = [sharedStyles, css`
    header { display: flex; flex-wrap: wrap; align-items: center; gap: 0.625rem 1rem; padding-block: 0.875rem; }
    .brand { display: flex; align-items: center; gap: 0.5rem; font-size: 1.125rem; font-weight: 680; letter-spacing: -0.02em; color: var(--ink); text-decoration: none; border-radius: 0.375rem; }
    .brand svg { inline-size: 1.375rem; block-size: 1.375rem; fill: var(--accent); stroke: none; }
    nav { display: flex; gap: 0.125rem; }
    nav a { padding: 0.375rem 0.625rem; border-radius: 0.5rem; font-weight: 560; color: var(--quiet); text-decoration: none; }
    nav a:hover { color: var(--ink); }
    nav a[aria-current] { color: var(--ink); background: var(--surface); box-shadow: inset 0 0 0 1px var(--line); }
    .push { flex: 1; }
    .end { display: flex; align-items: center; gap: 0.5rem; margin-inline-start: auto; }
    .kiosk :is(nav, sign-in) { display: none; }
    @media (max-width: 63.99rem) {
      ::slotted(source-picker) { order: 2; flex: 1 1 100%; min-inline-size: 0; }
      ::slotted(connection-state) { order: 3; flex: 1 1 100%; justify-content: start; }
    }
    @media (max-width: 40rem) { .brand span { display: none; } header { gap: 0.625rem 0.5rem; } nav { gap: 0; flex-wrap: wrap; } nav a { padding-inline: 0.4rem; } .push { display: none; } }
    @media (max-width: 30rem) { nav a { font-size: 0.8125rem; padding-inline: 0.3rem; } }
  `];

  declare site: Site;
  declare page: Route['page'];

  override render() {
    return html`
      <header class=${this.site.isKiosk ? 'kiosk' : ''}>
        <a class="brand" href=${this.site.href(LIVE)} aria-label="livegenre">${icon(MARK)}<span>livegenre</span></a>
        <nav aria-label="Pages">
          <a href=${this.site.href(LIVE)} aria-current=${this.page === 'live' ? 'page' : nothing}>Live</a>
          ${this.site.visitor.canSend ? html`<a href=${this.site.href(FILES)} aria-current=${this.page === 'files' ? 'page' : nothing}>Files</a>` : nothing}
          ${this.site.visitor.hasLibrary ? html`<a href=${this.site.href(LIBRARY)} aria-current=${this.page === 'library' ? 'page' : nothing}>Library</a>` : nothing}
          <a href=${this.site.href(STATIONS)} aria-current=${this.page === 'stations' ? 'page' : this.page === 'station' || this.page === 'wall' ? 'true' : nothing}>Stations</a>
          ${this.site.visitor.hasToken && this.site.visitor.canManage ? html`<a href=${this.site.href(TOKENS)} aria-current=${this.page === 'tokens' ? 'page' : nothing}>Tokens</a>` : nothing}
          ${this.site.visitor.canSend ? html`<a href=${this.site.href(TUNE)} aria-current=${this.page === 'tune' ? 'page' : nothing}>Tune in</a>` : nothing}
          ${this.site.visitor.canManage ? html`<a href=${this.site.href(SERVER)} aria-current=${this.page === 'server' ? 'page' : nothing}>Server</a>` : nothing}
        </nav>
        <slot></slot>
        <span class="push"></span>
        <slot name="state"></slot>
        <div class="end">
          <alert-bell .site=${this.site}></alert-bell>
          <sign-in .site=${this.site}></sign-in>
          <theme-toggle @theme=${(event: CustomEvent<Theme>) => this.dispatchEvent(new CustomEvent('theme', { detail: event.detail }))}></theme-toggle>
        </div>
      </header>`;
  }
}

customElements.define('site-header', SiteHeader);
