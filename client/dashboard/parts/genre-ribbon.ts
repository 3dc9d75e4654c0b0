/** The last hour or day of a station as a ribbon that scrolls with time; pointer, touch and arrow keys show details. */
import { css, html, LitElement, nothing } from 'lit';
import type { StationAlert } from '../api.js';
import { percent } from '../model/format.js';
import type { GenreColour } from '../../../server/drawing/genre-colours.js';
import { keyStep } from '../model/key-steps.js';
import { passageName, passageSentence, passageTime, type Passage, type Passages } from '../model/passages.js';
import { runs, type Run } from '../model/runs.js';
import { ALERT_NAMES } from '../model/station-words.js';
import { playedTitles } from '../model/titles.js';
import { sharedStyles } from './shared-styles.js';
import { AnimatedCanvas, type Frame } from './animated-canvas.js';
import { RibbonPainter } from './ribbon-painter.js';

export class GenreRibbon extends LitElement {
  /** Changes of `version` and `theme` only trigger a redraw. */
  static override properties = {
    passages: { attribute: false }, version: {}, alerts: { attribute: false }, colours: { attribute: false }, theme: {},
    spanMs: { type: Number }, clockOffsetMs: { type: Number }, hasTitles: { attribute: false }, name: {}, picked: { state: true }, pickedByKey: { state: true },
  };
  static override styles = [sharedStyles, css`
    :host { position: relative; }
    .keys { display: grid; block-size: var(--ribbon-size, 5.5rem); border-radius: 0.375rem; touch-action: pan-y; }
    .tip {
      position: absolute; inset-block-end: calc(100% - 0.25rem); inset-inline-start: calc(var(--x) * 1px); translate: calc(var(--x) / var(--width) * -100%) 0; z-index: 2;
      display: grid; gap: 0.125rem; inline-size: max-content; max-inline-size: min(22rem, 80vw); padding: 0.5rem 0.75rem; pointer-events: none;
      font-size: 0.8125rem; background: var(--surface); border: 1px solid var(--control); border-radius: 0.625rem; box-shadow: 0 0.25rem 1rem rgb(0 0 0 / 20%);
    }
    .tip strong { display: flex; align-items: center; gap: 0.375rem; font-size: 0.9375rem; font-weight: 620; }
    .tip strong small { font-size: 0.8125rem; font-weight: 450; color: var(--quiet); }
    .swatch { inline-size: 0.75rem; block-size: 0.75rem; border-radius: 0.1875rem; background: var(--colour); }
    .tip span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--quiet); }
    .tip .alert { color: var(--bad); white-space: normal; }
  `];

  declare passages: Passages;
  declare version: number;
  declare alerts: readonly StationAlert[];
  declare colours: ReadonlyMap<string, GenreColour>;
  declare theme: string;
  declare spanMs: number;
  /** The server's clock minus the browser's, ms. */
  declare clockOffsetMs: number;
  declare hasTitles: boolean;
  declare name: string;
  declare picked: Passage | undefined;
  declare pickedByKey: boolean;
  #runs: readonly Run[] = [];
  #ratio = 1;
  #drawnEdge = -1;

  constructor() {
    super();
    this.pickedByKey = false;
    new AnimatedCanvas(this, (frame) => this.#draw(frame));
  }

  override render() {
    const { picked } = this;
    return html`
      <div class="keys" role="group" tabindex="0" aria-label=${this.name} aria-description="Use the arrow keys to hear each part"
        @keydown=${(event: KeyboardEvent) => this.#step(event)} @blur=${() => this.#pick(undefined)}
        @pointermove=${(event: PointerEvent) => this.#point(event)} @pointerdown=${(event: PointerEvent) => this.#point(event)}
        @pointerleave=${(event: PointerEvent) => this.#leave(event)}>
        <div class="frame"><canvas role="img" aria-label=${this.name}></canvas></div>
      </div>
      ${picked ? this.#tip(picked) : nothing}
      <p class="visually-hidden" aria-live="polite">${picked && this.pickedByKey ? passageSentence(picked) : ''}</p>`;
  }

  #tip(passage: Passage) {
    const run = this.#runs.find((each) => each.passage === passage);
    const x = run ? (run.x + run.width / 2) / this.#ratio : 0;
    const colour = passage.genre === null ? undefined : this.colours.get(passage.genre);
    const during = this.alerts.filter(({ from, to }) => Date.parse(from) < passage.toMs && (to === null || Date.parse(to) >= passage.fromMs));
    return html`
      <div class="tip" aria-hidden="true" .style=${`--x: ${x}; --width: ${Math.max(1, this.clientWidth)}`}>
        <strong>${colour ? html`<i class="swatch" .style=${`--colour: ${colour.strong}`}></i>` : ''}${passageName(passage)}${passage.genre === null ? '' : html`<small>${percent(passage.p)} %</small>`}</strong>
        <span>${passageTime(passage)}</span>
        ${passage.title === null ? '' : html`<span>${passage.title}</span>`}
        ${passage.reason === null ? '' : html`<span>${passage.reason}</span>`}
        ${during.map(({ type }) => html`<span class="alert">Alert: ${ALERT_NAMES[type]}</span>`)}
      </div>`;
  }

  #draw({ context, width, height, ratio, mustRedraw }: Frame): void {
    // Snap to a fixed pixel grid in time, so that edges do not shimmer while the ribbon scrolls.
    const pixelMs = this.spanMs / width;
    const edge = Math.ceil((Date.now() + this.clockOffsetMs) / pixelMs);
    if (!mustRedraw && edge === this.#drawnEdge) return;
    this.#drawnEdge = edge;
    this.#ratio = ratio;
    const toMs = edge * pixelMs;
    const fromMs = toMs - this.spanMs;
    const { all } = this.passages;
    this.#runs = runs(all, fromMs, toMs, width);
    new RibbonPainter(context, this, this.colours, width, height, ratio)
      .paint({ runs: this.#runs, fromMs, toMs, alerts: this.alerts, titles: this.hasTitles ? playedTitles(all) : [], picked: this.picked }, this.hasTitles);
  }

  #pick(passage: Passage | undefined, byKey = false): void {
    this.picked = passage;
    this.pickedByKey = byKey;
  }

  #point(event: PointerEvent): void {
    const x = (event.clientX - this.getBoundingClientRect().left) * this.#ratio;
    this.#pick(this.#runs.find((run) => x >= run.x && x < run.x + run.width)?.passage);
  }

  /** A passage picked by touch stays after the finger is lifted, until another one is touched. */
  #leave({ pointerType }: PointerEvent): void {
    if (!this.pickedByKey && pointerType !== 'touch') this.#pick(undefined);
  }

  #step(event: KeyboardEvent): void {
    const at = this.#runs.findIndex(({ passage }) => passage === this.picked);
    const to = keyStep(event.key, at, this.#runs.length);
    if (event.key === 'Escape') this.#pick(undefined);
    if (to === undefined) return;
    event.preventDefault();
    this.#pick(this.#runs[to]?.passage, true);
  }
}

customElements.define('genre-ribbon', GenreRibbon);
