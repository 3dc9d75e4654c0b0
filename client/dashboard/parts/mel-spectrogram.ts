/** Scrolling mel spectrogram, the input of the model; low frequencies at the bottom. */
import { css, html, LitElement } from 'lit';
import { colourMap } from '../model/colour-map.js';
import { ticks } from '../model/mel-axis.js';
import type { Picture } from '../model/picture.js';
import { visibleSpanMs, type SoundView } from '../model/sound-view.js';
import type { Theme } from '../model/theme.js';
import { sharedStyles } from './shared-styles.js';
import { AnimatedCanvas, type Frame } from './animated-canvas.js';

export class MelSpectrogram extends LitElement {
  static override properties = { soundView: { attribute: false }, theme: {} };
  static override styles = [sharedStyles, css`
    :host { position: relative; display: grid; grid-template-columns: 2.25rem 1fr; }
    .axis { position: relative; font-size: 0.6875rem; color: var(--quiet); }
    .axis span { position: absolute; inset-inline-end: 0.5rem; translate: 0 50%; line-height: 1; inset-block-end: calc(var(--position) * 100%); }
    .frame { border-radius: 0.375rem; background: var(--sunken); }
  `];

  declare soundView: SoundView | undefined;
  declare theme: Theme;
  /** Ring buffer of columns with one pixel per cell; drawn scaled. */
  readonly #cells = document.createElement('canvas');
  #painted: { picture: Picture; theme: Theme; endColumn: number } | undefined;
  #drawnEndMs = -1;

  constructor() {
    super();
    this.theme = 'light';
    new AnimatedCanvas(this, (frame) => this.#draw(frame));
  }

  override render() {
    const format = this.soundView?.picture.format;
    return html`
      <div class="axis" aria-hidden="true">
        ${format && ticks(format.bands, format.fMinHz, format.fMaxHz)
          .filter(({ position }) => position > 0.02 && position < 0.97)
          .map(({ text, position }) => html`<span .style=${`--position: ${position}`}>${text}</span>`)}
        ${format && html`<span .style=${'--position: 0.025'}>Hz</span>`}
      </div>
      <div class="frame"><canvas role="img" aria-label="Mel spectrogram of the last seconds"></canvas></div>`;
  }

  #draw({ context, width, height, ratio, atMs, reducedMotion, mustRedraw }: Frame): void {
    const { soundView } = this;
    if (!soundView) return context.clearRect(0, 0, width, height);
    const endMs = soundView.rightEdgeMs(atMs, reducedMotion);
    if (!mustRedraw && endMs === this.#drawnEndMs) return;
    this.#drawnEndMs = endMs;
    this.#paintCells(soundView.picture);
    context.clearRect(0, 0, width, height);
    context.imageSmoothingQuality = 'high';
    const { hopMs, bands } = soundView.picture.format;
    const spanMs = visibleSpanMs(width / ratio);
    const columnPx = width * hopMs / spanMs;
    const first = Math.max(0, Math.floor((endMs - spanMs) / hopMs));
    const end = Math.min(soundView.picture.endColumn, Math.ceil(endMs / hopMs));
    const ring = soundView.picture.columns;
    for (let from = first; from < end;) { // two parts if the range wraps around
      const count = Math.min(end - from, ring - from % ring);
      const x = width - (endMs - from * hopMs) / hopMs * columnPx;
      context.drawImage(this.#cells, from % ring, 0, count, bands, x, 0, count * columnPx, height);
      from += count;
    }
  }

  /** Paints the new columns into the ring buffer; all of them for another stream or theme. */
  #paintCells(picture: Picture): void {
    const { columns: ring, levels, format: { bands } } = picture;
    const isStale = this.#painted?.picture !== picture || this.#painted.theme !== this.theme;
    if (isStale) {
      this.#cells.width = ring;
      this.#cells.height = bands;
      this.#painted = { picture, theme: this.theme, endColumn: 0 };
    }
    const painted = this.#painted!;
    const from = Math.max(painted.endColumn, picture.endColumn - ring);
    if (from === picture.endColumn) return;
    const context = this.#cells.getContext('2d')!;
    const colours = MAPS[this.theme];
    const image = context.createImageData(1, bands);
    for (let n = from; n < picture.endColumn; n++) {
      const slot = n % ring;
      if (!picture.hasColumn(n)) {
        context.clearRect(slot, 0, 1, bands);
        continue;
      }
      for (let band = 0; band < bands; band++) {
        const colour = 3 * levels[slot * bands + band]!;
        const pixel = 4 * (bands - 1 - band);
        image.data[pixel] = colours[colour]!;
        image.data[pixel + 1] = colours[colour + 1]!;
        image.data[pixel + 2] = colours[colour + 2]!;
        image.data[pixel + 3] = 255;
      }
      context.putImageData(image, slot, 0);
    }
    painted.endColumn = picture.endColumn;
  }
}

const MAPS: Readonly<Record<Theme, Uint8ClampedArray>> = { light: colourMap('light'), dark: colourMap('dark') };

customElements.define('mel-spectrogram', MelSpectrogram);
