/** Genre shares by hour of the day: 24 sectors, midnight at the top, with a legend and a table. */
import { css, html, LitElement, nothing, svg } from 'lit';
import { labelName, percent } from '../model/format.js';
import type { GenreColour } from '../../../server/drawing/genre-colours.js';
import { dayShares, sectorPath, type Hour } from '../model/day-clock.js';
import { sharedStyles } from './shared-styles.js';

const INNER = 30;
const OUTER = 88;
const NAMES: Readonly<Record<string, string>> = { speech: 'Speech', silence: 'Silence', unknown: 'Unknown', warming: 'Listening', down: 'Down' };

export class DayClock extends LitElement {
  static override properties = { hours: { attribute: false }, colours: { attribute: false }, hour: { attribute: false }, picked: { state: true } };
  static override styles = [sharedStyles, css`
    :host { container-type: inline-size; }
    .both { display: grid; gap: 1rem 1.5rem; align-items: center; }
    .dial { inline-size: 100%; max-inline-size: 22rem; block-size: auto; margin-inline: auto; fill: revert-layer; stroke: none; }
    text { fill: var(--quiet); font-size: 8px; text-anchor: middle; dominant-baseline: central; font-variant-numeric: tabular-nums; }
    .empty { fill: var(--sunken); }
    .sector:hover .empty, .sector.picked .empty { stroke: var(--ink); stroke-width: 1; }
    .hand { stroke: var(--ink); stroke-width: 1.5; stroke-linecap: round; }
    .middle { font-size: 13px; font-weight: 650; fill: var(--ink); }
    .key { display: grid; gap: 0.25rem 1.25rem; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); font-size: 0.875rem; }
    .key li { display: grid; grid-template-columns: 0.75rem 1fr auto; align-items: center; gap: 0.5rem; }
    .key span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .key .share { color: var(--quiet); }
    .swatch { inline-size: 0.75rem; block-size: 0.75rem; stroke: none; }
    details { margin-block-start: 0.875rem; font-size: 0.8125rem; }
    summary { color: var(--quiet); cursor: pointer; inline-size: fit-content; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; margin-block-start: 0.5rem; white-space: nowrap; }
    th, td { padding: 0.1875rem 0.625rem; text-align: end; border-block-end: 1px solid var(--line); font-weight: 450; }
    th { color: var(--quiet); }
    @container (min-width: 42rem) { .both { grid-template-columns: minmax(0, 16rem) minmax(0, 1fr); } }
  `];

  declare hours: readonly Hour[];
  declare colours: ReadonlyMap<string, GenreColour>;
  /** The current hour of the day. */
  declare hour: number;
  declare picked: number | undefined;

  override render() {
    const all = dayShares(this.hours);
    const picked = this.picked === undefined ? undefined : this.hours[this.picked];
    const shown = picked ? picked.parts.toSorted((one, other) => other.share - one.share) : all;
    const angle = (this.hour + 0.5) / 24 * 2 * Math.PI;
    return html`
      <div class="both">
        <svg class="dial" viewBox="-100 -100 200 200" role="img" aria-label="Share of each genre by hour of the day; the same data is in the table below">
          <defs>
            <pattern id="speech" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="1.5" height="4" .style=${'fill: var(--control)'}></rect></pattern>
            <pattern id="down" width="3" height="3" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="1.2" height="3" .style=${'fill: var(--bad)'}></rect></pattern>
            <pattern id="silence" width="4" height="4" patternUnits="userSpaceOnUse"><circle cx="1" cy="1" r="0.6" .style=${'fill: var(--control)'}></circle></pattern>
          </defs>
          ${this.hours.map((hour) => this.#sector(hour))}
          <path class="hand" d="M${(INNER - 9) * Math.sin(angle)} ${-(INNER - 9) * Math.cos(angle)}L${(INNER - 2) * Math.sin(angle)} ${-(INNER - 2) * Math.cos(angle)}"></path>
          ${[0, 3, 6, 9, 12, 15, 18, 21].map((hour) => svg`<text x=${95 * Math.sin(hour / 12 * Math.PI)} y=${-95 * Math.cos(hour / 12 * Math.PI)}>${hour}</text>`)}
          <text class="middle" aria-hidden="true">${picked ? `${picked.hour}–${picked.hour + 1}` : '24 h'}</text>
        </svg>
        <ul class="key" aria-label=${picked ? `Shares from ${picked.hour} to ${picked.hour + 1} o'clock` : 'Shares of the day'}>
          ${shown.filter(({ share }) => share >= 0.005).map(({ key, share }) => html`
            <li><svg class="swatch" viewBox="0 0 12 12" aria-hidden="true"><rect width="12" height="12" rx="3" .style=${'fill: var(--sunken)'}></rect><rect width="12" height="12" rx="3" .style=${`fill: ${this.#fill(key)}`}></rect></svg><span>${nameOf(key)}</span><span class="share">${percent(share)} %</span></li>`)}
        </ul>
      </div>
      <details aria-label="Shares by hour"><summary>As a table</summary><div class="scroll" tabindex="0" role="group" aria-label="Table of shares">${this.#table(all.map(({ key }) => key))}</div></details>`;
  }

  #sector(hour: Hour) {
    let from = 0;
    return svg`
      <g class=${hour.hour === this.picked ? 'sector picked' : 'sector'} @pointerenter=${() => { this.picked = hour.hour; }} @pointerleave=${() => { this.picked = undefined; }}>
        <path class="empty" d=${sectorPath(hour.hour, 0, 1, INNER, OUTER)}></path>
        ${hour.parts.map(({ key, share }) => {
          const path = sectorPath(hour.hour, from, Math.min(1, from + share), INNER, OUTER);
          from += share;
          return svg`<path d=${path} .style=${`fill: ${this.#fill(key)}`} pointer-events="none"></path>`;
        })}
      </g>`;
  }

  #fill(key: string): string {
    return this.colours.get(key)?.strong ?? (['speech', 'down', 'silence'].includes(key) ? `url(#${key})` : 'var(--control)');
  }

  #table(keys: readonly string[]) {
    return html`
      <table>
        <thead><tr><th scope="col">Hour</th>${keys.map((key) => html`<th scope="col">${nameOf(key)}</th>`)}</tr></thead>
        <tbody>${this.hours.map(({ hour, totalS, parts }) => (totalS === 0 ? nothing : html`
          <tr><th scope="row">${hour}–${hour + 1}</th>${keys.map((key) => {
            const share = parts.find((part) => part.key === key)?.share;
            return html`<td>${share === undefined ? '–' : `${percent(share)} %`}</td>`;
          })}</tr>`))}</tbody>
      </table>`;
  }
}

function nameOf(key: string): string {
  return NAMES[key] ?? labelName(key);
}

customElements.define('day-clock', DayClock);
