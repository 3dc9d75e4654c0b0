/**
 * Card of one station in the grid. Renders only if visible data changed and the card is near the
 * viewport; the level, which changes all the time, is written directly to the DOM.
 */
import { css, html, LitElement } from 'lit';
import type { StationGlance } from '../../../server/protocol/messages.js';
import { decibels, labelName, percent } from '../model/format.js';
import type { GenreColour } from '../../../server/drawing/genre-colours.js';
import { CONTENT_NAMES } from '../model/audio-content.js';
import { meterPosition } from '../model/meter.js';
import { hasVisibleChange } from '../model/station-list.js';
import { timeWithDay } from '../model/station-words.js';
import { alertBadge, alertBadgeStyles } from './alert-badge.js';
import { icon, NOTE } from './icons.js';
import { sharedStyles } from './shared-styles.js';
import { stateMark, stateMarkStyles } from './state-mark.js';

/** Watches which cards are in or near the viewport; the others render when they come near. */
const NEAR = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) (target as StationCard).isNear = isIntersecting;
}, { rootMargin: '25%' });

export class StationCard extends LitElement {
  static override properties = { station: { attribute: false, hasChanged: hasVisibleChange }, href: {}, colours: { attribute: false } };
  static override styles = [sharedStyles, stateMarkStyles, alertBadgeStyles, css`
    :host {
      position: relative; display: grid; grid-template-rows: 1.5rem 2.25rem 1rem 1.375rem 1.375rem; row-gap: 0.25rem; align-items: center;
      padding: 0.875rem 1rem; background: var(--surface); border: 1px solid var(--line); border-radius: 0.875rem; box-shadow: var(--shadow); min-inline-size: 0;
    }
    :host(:hover) { border-color: var(--control); }
    .row { display: flex; align-items: center; justify-content: space-between; gap: 0.75rem; min-inline-size: 0; }
    h2 { flex: 1; min-inline-size: 0; font-size: 0.9375rem; font-weight: 620; color: var(--ink); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    a { color: inherit; text-decoration: none; }
    /* Makes the whole card clickable. */
    a::after { content: ''; position: absolute; inset: 0; border-radius: inherit; }
    a:focus-visible { outline: none; }
    a:focus-visible::after { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 0.875rem; }
    .genre { justify-content: flex-start; gap: 0.5rem; }
    .swatch { flex: none; inline-size: 0.75rem; block-size: 0.75rem; border-radius: 0.1875rem; background: var(--colour); }
    .word { flex: 1; min-inline-size: 0; font-size: 1.375rem; font-weight: 650; letter-spacing: -0.02em; line-height: 1.3; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .soft .word { color: var(--quiet); font-weight: 520; }
    .soft .swatch { background: none; box-shadow: inset 0 0 0 1.5px var(--control); }
    .p { color: var(--quiet); }
    .track { flex: 1; block-size: 0.3125rem; border-radius: 0.15625rem; background: var(--sunken); overflow: hidden; }
    .fill { display: block; block-size: 100%; border-radius: inherit; background: var(--accent); transform-origin: left; transform: scaleX(0); }
    :dir(rtl) .fill { transform-origin: right; }
    .db { flex: none; inline-size: 3.25rem; white-space: nowrap; font-size: 0.75rem; text-align: end; color: var(--quiet); }
    .text { display: flex; align-items: center; gap: 0.375rem; min-inline-size: 0; font-size: 0.8125rem; color: var(--quiet); }
    .text span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .text svg { inline-size: 0.875rem; block-size: 0.875rem; }
    .text.trouble { color: var(--ink); }
    .since { flex: none; font-size: 0.75rem; color: var(--quiet); }
    .badges { display: flex; gap: 0.25rem; min-inline-size: 0; overflow: hidden; }
    @media (forced-colors: active) { .fill { background: Highlight; } .swatch { forced-color-adjust: none; } }
  `];

  declare station: StationGlance;
  declare href: string;
  declare colours: ReadonlyMap<string, GenreColour>;
  #isNear = false;
  #level: number | null = null;
  #fill: HTMLElement | null = null;
  #db: HTMLElement | null = null;

  set isNear(isNear: boolean) {
    this.#isNear = isNear;
    if (!isNear) return;
    this.requestUpdate();
    this.#writeLevel();
  }

  /** dBFS; null if there is no audio. */
  set level(level: number | null) {
    if (level === this.#level) return;
    this.#level = level;
    if (this.#isNear) this.#writeLevel();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.role = 'listitem';
    NEAR.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    NEAR.unobserve(this);
  }

  protected override shouldUpdate(): boolean {
    return this.#isNear || !this.hasUpdated;
  }

  override render() {
    const { name, state, since, genre, p, heard, nowPlaying, reason, alerts } = this.station;
    const word = genre !== null ? labelName(genre) : heard !== null ? CONTENT_NAMES[heard] : 'No signal';
    const nowMs = Date.now();
    return html`
      <div class="row"><h2 title=${name}><a href=${this.href}>${name}</a></h2>${stateMark(state)}</div>
      <div class="row genre ${genre === null ? 'soft' : ''}" .style=${`--colour: ${genre === null ? 'none' : this.colours.get(genre)?.strong ?? 'var(--quiet)'}`}>
        <span class="swatch" aria-hidden="true"></span><span class="word">${word}</span>${genre === null ? '' : html`<span class="p">${percent(p)} %</span>`}
      </div>
      <div class="row" aria-hidden="true"><span class="track"><span class="fill"></span></span><span class="db"></span></div>
      ${reason !== null ? html`<div class="text trouble" title=${reason}><span>${reason}</span></div>`
        : html`<div class="text" title=${nowPlaying ?? ''}>${nowPlaying === null ? '' : html`${icon(NOTE)}<span>${nowPlaying}</span>`}</div>`}
      <div class="row"><span class="since">since <time datetime=${since}>${timeWithDay(Date.parse(since), nowMs)}</time></span><span class="badges">${alerts.map(alertBadge)}</span></div>`;
  }

  protected override firstUpdated(): void {
    this.#fill = this.renderRoot.querySelector('.fill');
    this.#db = this.renderRoot.querySelector('.db');
    this.#writeLevel();
  }

  #writeLevel(): void {
    if (!this.#fill || !this.#db) return;
    const level = this.#level;
    this.#fill.style.transform = `scaleX(${level === null ? 0 : meterPosition(level).toFixed(3)})`;
    this.#db.textContent = level === null ? '' : `${decibels(Math.round(level)).replace('.0', '')} dB`;
  }
}

customElements.define('station-card', StationCard);
