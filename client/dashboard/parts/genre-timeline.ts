/** The last minutes as a ribbon of stretches; pointer and arrow keys show details of each. */
import { css, html, LitElement } from 'lit';
import type { GenreColour } from '../../../server/drawing/genre-colours.js';
import type { History, Stretch } from '../model/history.js';
import { keyStep } from '../model/key-steps.js';
import { agoMarks, layOut, stretchName, stretchSentence, type Segment } from '../model/ribbon.js';
import { sharedStyles } from './shared-styles.js';

/** A name is shown if it fits, estimated by padding and width per letter. */
const PADDING_PX = 14;
const LETTER_PX = 8.5;

export class GenreTimeline extends LitElement {
  /** Changes of `endMs` only trigger an update when the history grows. */
  static override properties = { history: { attribute: false }, endMs: { type: Number }, colours: { attribute: false }, picked: { state: true }, byKey: { state: true } };
  static override styles = [sharedStyles, css`
    header { display: flex; justify-content: space-between; gap: 1rem; min-block-size: 1.4rem; margin-block-end: 0.625rem; }
    h2 { white-space: nowrap; }
    .readout { color: var(--ink); font-size: 0.8125rem; text-align: end; }
    .ribbon { position: relative; block-size: 3.5rem; border-radius: 0.375rem; background: var(--sunken); overflow: hidden; }
    .keys { border-radius: 0.375rem; }
    .stretch {
      position: absolute; inset-block: 0; inset-inline-start: calc(var(--left) * 100%); inline-size: calc(var(--width) * 100%);
      border-block-end: 0.3125rem solid var(--strong); background: var(--tint); box-shadow: inset -1px 0 var(--surface);
      overflow: hidden; padding: 0.5rem 0 0 0.5rem; font-size: 0.8125rem; font-weight: 550; line-height: 1.2; white-space: nowrap;
    }
    .stretch.quiet { background: none; border-block-end-style: dotted; border-block-end-width: 2px; border-color: var(--control); color: var(--quiet); font-weight: 450; }
    /* Content other than music has a pattern, where genres have a colour. */
    .stretch:is(.speech, .noise, .unknown) { border-block-end-style: solid; border-block-end-width: 0.3125rem; }
    .stretch.speech { background: repeating-linear-gradient(135deg, color-mix(in srgb, var(--control) 40%, transparent) 0 0.1875rem, transparent 0.1875rem 0.5rem); }
    .stretch.noise { background: radial-gradient(circle, var(--control) 0.0625rem, transparent 0.09375rem) 0 0 / 0.5rem 0.5rem; }
    .stretch.unknown { background: color-mix(in srgb, var(--control) 25%, transparent); color: var(--ink); }
    .stretch:is(.speech, .noise) span:not(.visually-hidden) { background: var(--sunken); border-radius: 0.25rem; padding: 0.0625rem 0.25rem; margin-inline-start: -0.25rem; }
    .stretch.picked { box-shadow: inset 0 0 0 2px var(--ink); }
    .axis { position: relative; block-size: 1.1rem; margin-block-start: 0.375rem; font-size: 0.6875rem; color: var(--quiet); }
    .axis span { position: absolute; inset-inline-start: calc(var(--position) * 100%); translate: -50% 0; white-space: nowrap; }
    .axis span:first-child { translate: 0; }
    .axis span:last-child { translate: -100% 0; }
    @media (forced-colors: active) { .stretch { forced-color-adjust: none; } }
  `];

  declare history: History | undefined;
  declare endMs: number;
  declare colours: ReadonlyMap<string, GenreColour>;
  declare picked: Stretch | undefined;
  declare byKey: boolean;

  override render() {
    const segments = this.history ? layOut(this.history) : [];
    const picked = segments.find(({ stretch }) => stretch === this.picked)?.stretch;
    const spanMs = this.history?.spanMs ?? 60_000;
    return html`
      <header>
        <h2 id="title">Last ${spanMs > 60_000 ? `${spanMs / 60_000} minutes` : 'minute'}</h2>
        <p class="readout" aria-live=${this.byKey ? 'polite' : 'off'}>${picked ? stretchSentence(picked) : ''}</p>
      </header>
      <div class="keys" role="group" tabindex="0" aria-labelledby="title" aria-description="Use the arrow keys to hear each part"
        @keydown=${(event: KeyboardEvent) => this.#step(event, segments)} @blur=${() => this.#pick(undefined)}
        @pointerleave=${() => this.#pick(undefined)}>
        <ol class="ribbon" aria-labelledby="title">${segments.map((segment) => this.#stretch(segment, segment.stretch === picked))}</ol>
      </div>
      <div class="axis" aria-hidden="true">${agoMarks(spanMs).map(({ text, position }) => html`<span .style=${`--position: ${position}`}>${text}</span>`)}</div>`;
  }

  #stretch({ stretch, left, width }: Segment, isPicked: boolean) {
    const colour = stretch.genre === null ? undefined : this.colours.get(stretch.genre);
    const classes = ['stretch', colour ? '' : 'quiet', stretch.content, isPicked ? 'picked' : ''].join(' ');
    const name = stretchName(stretch);
    const isNameShown = width * this.clientWidth > PADDING_PX + LETTER_PX * name.length;
    return html`
      <li class=${classes} .style=${`--left: ${left}; --width: ${width}; --strong: ${colour?.strong}; --tint: ${colour?.tint}`}
        @pointerenter=${() => this.#pick(stretch)}><span class=${isNameShown ? '' : 'visually-hidden'}>${name}</span></li>`;
  }

  #pick(stretch: Stretch | undefined, byKey = false): void {
    this.picked = stretch;
    this.byKey = byKey;
  }

  #step(event: KeyboardEvent, segments: readonly Segment[]): void {
    const at = segments.findIndex(({ stretch }) => stretch === this.picked);
    const to = keyStep(event.key, at, segments.length);
    if (event.key === 'Escape') this.#pick(undefined);
    if (to === undefined) return;
    event.preventDefault();
    this.#pick(segments[to]?.stretch, true);
  }
}

customElements.define('genre-timeline', GenreTimeline);
