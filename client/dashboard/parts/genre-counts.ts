/** How many tracks of a library are of each genre; a bar is also a filter. */
import { css, html, LitElement } from 'lit';
import { CONTENT_NAMES } from '../model/audio-content.js';
import { labelName } from '../model/format.js';
import type { GenreColour } from '../../../server/drawing/genre-colours.js';
import type { LibrarySummary } from '../../../server/protocol/library.js';
import type { Question } from '../model/library.js';
import { sharedStyles } from './shared-styles.js';

type Kind = Question['kind'];

/** Fires `kind` (detail: Kind), undefined for all. */
export class GenreCounts extends LitElement {
  static override properties = { summary: { attribute: false }, kind: { attribute: false }, colours: { attribute: false } };
  static override styles = [sharedStyles, css`
    ul { display: grid; gap: 0.125rem 1.5rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); }
    button { display: grid; grid-template-columns: 0.625rem minmax(4.5rem, 34%) 1fr auto; align-items: center; column-gap: 0.625rem; inline-size: 100%; min-block-size: 2rem; padding: 0 0.5rem; text-align: start; font-weight: 450; border-color: transparent; background: none; }
    button[aria-pressed='true'] { background: var(--sunken); color: var(--ink); border-color: var(--accent); font-weight: 620; }
    .dot { inline-size: 0.625rem; block-size: 0.625rem; border-radius: 0.1875rem; background: var(--colour); }
    .all .label { grid-column: 2 / 4; }
    .label { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .track { block-size: 0.5rem; border-radius: 0.25rem; background: var(--sunken); overflow: hidden; }
    button[aria-pressed='true'] .track { background: var(--surface); }
    .fill { display: block; block-size: 100%; border-radius: inherit; background: var(--colour); inline-size: calc(var(--share) * 100%); }
    .count { color: var(--quiet); }
    @media (forced-colors: active) { .fill { background: CanvasText; } .dot { forced-color-adjust: none; } }
  `];

  declare summary: LibrarySummary;
  declare kind: Kind;
  declare colours: ReadonlyMap<string, GenreColour>;

  override render() {
    const { genres, states, tracks } = this.summary;
    const most = Math.max(1, ...genres.map((each) => each.tracks), ...states.map((each) => each.tracks));
    return html`
      <ul aria-label="Tracks by genre">
        ${this.#bar('All tracks', undefined, tracks, 0, 'transparent')}
        ${genres.map(({ genre, tracks: count }) => this.#bar(labelName(genre), { genre }, count, count / most, this.colours.get(genre)?.strong ?? 'var(--control)'))}
        ${states.map(({ state, tracks: count }) => this.#bar(CONTENT_NAMES[state], { state }, count, count / most, 'var(--control)'))}
      </ul>`;
  }

  #bar(name: string, kind: Kind, count: number, share: number, colour: string) {
    const isChosen = JSON.stringify(kind) === JSON.stringify(this.kind);
    return html`
      <li><button type="button" class=${kind ? '' : 'all'} aria-pressed=${isChosen} .style=${`--share: ${share}; --colour: ${colour}`} @click=${() => this.dispatchEvent(new CustomEvent('kind', { detail: isChosen ? undefined : kind }))}>
        <span class="dot" aria-hidden="true"></span><span class="label">${name}</span>
        ${kind ? html`<span class="track" aria-hidden="true"><span class="fill"></span></span>` : ''}<span class="count">${count.toLocaleString('en')}</span>
      </button></li>`;
  }
}

customElements.define('genre-counts', GenreCounts);
