/** Every label with its probability, in the model's order so that rows don't move; also the colour legend. */
import { css, html, LitElement } from 'lit';
import type { Prediction } from '../../../server/protocol/messages.js';
import { labelName, percent } from '../model/format.js';
import type { GenreColour } from '../../../server/drawing/genre-colours.js';
import { sharedStyles } from './shared-styles.js';

export class GenreBars extends LitElement {
  static override properties = { prediction: { attribute: false }, labels: { attribute: false }, colours: { attribute: false } };
  static override styles = [sharedStyles, css`
    :host { container-type: inline-size; }
    ol { display: grid; gap: 0.125rem 2rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); }
    ol.few { grid-template-columns: 1fr; }
    li { display: grid; grid-template-columns: 0.625rem minmax(4.5rem, 24%) 1fr 2.75rem; align-items: center; column-gap: 0.625rem; block-size: 1.625rem; }
    .dot { inline-size: 0.625rem; block-size: 0.625rem; border-radius: 0.1875rem; background: var(--colour); }
    .label { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; color: var(--quiet); }
    .track { block-size: 0.5rem; border-radius: 0.25rem; background: var(--sunken); overflow: hidden; }
    /* Moved instead of resized, in few steps: resizing would lay the page out at each refresh of the screen. */
    .fill { display: block; block-size: 100%; border-radius: inherit; background: var(--control); translate: calc(var(--p) * 100% - 100%); transition: translate 0.3s steps(5); }
    .p { text-align: end; color: var(--quiet); }
    .idle .dot { background: none; box-shadow: inset 0 0 0 2px var(--colour); }
    .idle .track { background: none; box-shadow: inset 0 0 0 1px var(--line); }
    .leads .label, .leads .p { color: var(--ink); font-weight: 620; }
    .leads .fill { background: var(--colour); }
    @media (prefers-reduced-motion: reduce) { .fill { transition: none; } }
    @media (forced-colors: active) { .fill { background: CanvasText; } .leads .fill { background: Highlight; } .dot { forced-color-adjust: none; } }
  `];

  declare prediction: Prediction | undefined;
  declare labels: readonly string[];
  declare colours: ReadonlyMap<string, GenreColour>;

  override render() {
    const ps = new Map(this.prediction?.top ?? []);
    const genre = this.prediction?.genre ?? null;
    // Without music there is no ranking.
    const classes = [this.labels.length > 12 ? '' : 'few', this.prediction?.top.length === 0 ? 'idle' : ''].join(' ');
    return html`
      <ol class=${classes} aria-label="Probability of each genre">${this.labels.map((label) => {
        const p = ps.get(label);
        return html`
          <li class=${label === genre ? 'leads' : ''} .style=${`--p: ${p ?? 0}; --colour: ${this.colours.get(label)?.strong ?? 'var(--quiet)'}`}>
            <span class="dot" aria-hidden="true"></span>
            <span class="label" title=${labelName(label)}>${labelName(label)}</span>
            <span class="track" aria-hidden="true"><span class="fill"></span></span>
            <span class="p">${p === undefined ? '–' : `${percent(p)} %`}</span>
          </li>`;
      })}</ol>`;
  }
}

customElements.define('genre-bars', GenreBars);
