/** Tile of one station on the wall: its words, over the light that `wall-lights` draws behind all tiles. */
import { css, html, LitElement, nothing, svg } from 'lit';
import type { StationGlance } from '../../../server/protocol/messages.js';
import { percent } from '../model/format.js';
import { hasVisibleChange } from '../model/station-list.js';
import { ALERT_NAMES } from '../model/station-words.js';
import type { WallColour } from '../model/wall-colours.js';
import { tileWords } from '../model/wall-words.js';
import { icon, NOTE, WARNING } from './icons.js';
import { sharedStyles } from './shared-styles.js';

const MUTED = svg`<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5"/>`;

export class StationTile extends LitElement {
  static override properties = { station: { attribute: false, hasChanged: hasVisibleChange }, href: {}, colours: { attribute: false } };
  static override styles = [sharedStyles, css`
    /* The outline and the outer shadow of the link cover what lies behind the gaps and the corners. */
    :host { container-type: size; position: relative; min-inline-size: 0; min-block-size: 0; outline: calc(var(--gap) * 0.9) solid var(--page); }
    a {
      position: absolute; inset: 0; display: grid; grid-template-rows: auto minmax(0, 1fr) auto; padding: min(4.5cqi, 6cqb, 1.5rem) min(5cqi, 1.5rem); overflow: hidden;
      border-radius: 0.625rem; box-shadow: 0 0 0 calc(var(--gap) * 0.9) var(--page), var(--edge, 0 0); color: var(--ink); background: var(--sunken); text-decoration: none;
    }
    a:hover { outline: 2px solid var(--ink); outline-offset: -2px; }
    a:focus-visible { outline: 3px solid var(--accent); outline-offset: -3px; }
    .name { display: flex; align-items: center; gap: 0.375rem; min-inline-size: 0; font-size: clamp(0.6875rem, min(7.5cqi, 14cqb), 1.75rem); font-weight: 560; line-height: 1.25; }
    .name span, .title span { flex: 1; min-inline-size: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .word { align-self: center; min-inline-size: 0; font-size: clamp(0.9375rem, min(15.5cqi, 31cqb), 7rem); font-weight: 700; letter-spacing: -0.03em; line-height: 1.25; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .word svg { inline-size: 0.8em; block-size: 0.8em; margin-inline-end: 0.2em; vertical-align: -0.06em; stroke-width: 2.25; }
    .sure { display: flex; align-items: center; gap: 0.5em; font-size: clamp(0.6875rem, min(7cqi, 13cqb), 1.625rem); font-weight: 600; line-height: 1.25; }
    .bar { flex: 1; block-size: 0.3em; border-radius: 1em; background: color-mix(in srgb, var(--ink) 16%, transparent); overflow: hidden; }
    .bar i { display: block; block-size: 100%; background: var(--ink); border-radius: inherit; }
    .title { display: none; align-items: center; gap: 0.375rem; min-inline-size: 0; font-size: clamp(0.75rem, 5.5cqi, 1.125rem); }
    .title svg { inline-size: 1em; block-size: 1em; }
    @container (min-height: 8.5rem) { .title { display: flex; margin-block-start: 0.375rem; } }
    .alert { color: var(--bad); inline-size: 1.1em; block-size: 1.1em; stroke-width: 2.25; }
    .why { align-self: end; font-size: clamp(0.75rem, 5cqi, 1.125rem); font-weight: 450; line-height: 1.3; overflow: hidden; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; }
    @container (max-height: 5.5rem) { .why { display: none; } }
    .speech { background: repeating-linear-gradient(135deg, color-mix(in srgb, var(--control) 26%, transparent) 0 0.1875rem, transparent 0.1875rem 0.75rem); --edge: inset 0 0 0 1px var(--line); }
    .lit, .unknown { background: none; }
    .unknown { --edge: inset 0 0 0 2px var(--line); }
    .silence { background: radial-gradient(circle, color-mix(in srgb, var(--control) 55%, transparent) 0.09375rem, transparent 0.125rem) 0 0 / 0.75rem 0.75rem, var(--page); --edge: inset 0 0 0 2px var(--control); }
    .off { background: var(--page); color: var(--quiet); --edge: inset 0 0 0 1px var(--line); }
    .off .word, .unknown .word { font-weight: 560; }
    .fault { background: repeating-linear-gradient(45deg, color-mix(in srgb, var(--bad) 24%, transparent) 0 0.625rem, transparent 0.625rem 1.25rem), var(--bad-surface); --edge: inset 0 0 0 0.1875rem var(--bad); }
    .fault .word { color: var(--bad); }
    /* Behind words that lie on a pattern. */
    :is(.silence, .fault, .speech) :is(.name span, .word, .why) { text-shadow: 0 0 0.25em var(--under), 0 0 0.25em var(--under), 0 0 0.5em var(--under); }
    .silence { --under: var(--page); } .fault { --under: var(--bad-surface); } .speech { --under: var(--surface); }
    @media (forced-colors: active) { a { border: 1px solid; forced-color-adjust: none; } }
  `];

  declare station: StationGlance;
  declare href: string;
  declare colours: ReadonlyMap<string, WallColour>;
  override connectedCallback(): void {
    super.connectedCallback();
    this.role = 'listitem';
  }

  override render() {
    const { name, genre, p, nowPlaying, reason, alerts } = this.station;
    const { look, word, isGenre } = tileWords(this.station);
    const isLit = isGenre && this.colours.has(genre!);
    return html`
      <a class=${isLit ? `${look} lit` : look} href=${this.href} title=${name}>
        <div class="name"><span>${name}</span>${alerts.length === 0 ? nothing : html`<svg class="alert" viewBox="0 0 24 24" role="img" aria-label="Alert: ${alerts.map((type) => ALERT_NAMES[type]).join(', ')}">${WARNING}</svg>`}</div>
        <div class="word">${look === 'fault' ? icon(WARNING) : look === 'silence' ? icon(MUTED) : nothing}${word}</div>
        ${isGenre ? html`<div>
          <div class="sure"><span>${percent(p)} %</span><span class="bar" aria-hidden="true"><i .style=${`inline-size: ${percent(p)}%`}></i></span></div>
          ${nowPlaying === null ? nothing : html`<div class="title">${icon(NOTE)}<span>${nowPlaying}</span></div>`}</div>`
          : reason !== null ? html`<div class="why">${reason}</div>`
          : html`<div><div class="sure">\u00a0</div>${nowPlaying === null ? nothing : html`<div class="title">${icon(NOTE)}<span>${nowPlaying}</span></div>`}</div>`}
      </a>`;
  }
}

customElements.define('station-tile', StationTile);
