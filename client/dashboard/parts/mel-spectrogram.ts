/** Scrolling mel spectrogram, the input of the model; low frequencies at the bottom. */
import { css, html, LitElement } from 'lit';
import { colourMap } from '../model/colour-map.js';
import { ticks } from '../model/mel-axis.js';
import type { Picture } from '../model/picture.js';
import { visibleSpanMs, type SoundView } from '../model/sound-view.js';
import type { Theme } from '../model/theme.js';
import { sharedStyles } from './shared-styles.js';
import { AnimatedCanvas, moveLeft, type Frame } from './animated-canvas.js';

/** Columns that enlarging blends a column with, to one side. */
const BLENDED = 3;

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
  /** What the canvas shows. */
  #drawn: { picture: Picture; lastPixel: number; end: number } | undefined;

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

  /** What was drawn is moved, and only what came after it is added. */
  #draw({ context, width, height, ratio, atMs, reducedMotion, mustRedraw }: Frame): void {
    const { soundView } = this;
    if (!soundView) return context.clearRect(0, 0, width, height);
    const { picture } = soundView;
    const { hopMs, bands } = picture.format;
    const spanMs = visibleSpanMs(width / ratio);
    const pixelMs = spanMs / width;
    const lastPixel = Math.floor(soundView.rightEdgeMs(atMs, reducedMotion) / pixelMs);
    const endMs = lastPixel * pixelMs;
    const end = Math.min(picture.endColumn, Math.ceil(endMs / hopMs));
    const drawn = mustRedraw || this.#drawn?.picture !== picture ? undefined : this.#drawn;
    if (drawn?.lastPixel === lastPixel) return;
    this.#drawn = { picture, lastPixel, end };
    this.#paintCells(picture);
    const xOf = (column: number): number => width - (endMs - column * hopMs) / pixelMs;
    const moved = drawn ? lastPixel - drawn.lastPixel : Infinity;
    // The last column was blended with nothing at its right.
    const left = drawn && moved > 0 && moved < width ? Math.max(0, Math.min(width - moved, Math.floor(xOf(drawn.end - 1)))) : 0;
    if (left > 0) moveLeft(context, moved);
    context.save();
    context.beginPath();
    context.rect(left, 0, width - left, height);
    context.clip();
    context.clearRect(left, 0, width - left, height);
    context.imageSmoothingQuality = 'high';
    const first = Math.max(0, Math.floor((endMs - spanMs) / hopMs), left > 0 ? drawn!.end - 1 - BLENDED : 0);
    const ring = picture.columns;
    for (let from = first; from < end;) { // two parts if the range wraps around
      const count = Math.min(end - from, ring - from % ring);
      context.drawImage(this.#cells, from % ring, 0, count, bands, xOf(from), 0, count * hopMs / pixelMs, height);
      from += count;
    }
    context.restore();
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
