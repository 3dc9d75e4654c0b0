/** The outline of the wave over the same seconds as the spectrogram below it. */
import { css, html, LitElement } from 'lit';
import { shownMs, type Stage } from '../model/stage.js';
import { look } from './look.js';
import { MovingCanvas, type Frame } from './moving-canvas.js';

/** Heights are drawn as |sample|^0.6, so that quiet music is seen without a gain that would lie about loud. */
const BEND = 0.6;
/** By |sample × 127|: 0 to 1. */
const HEIGHT = Float32Array.from({ length: 129 }, (_, i) => Math.min(1, (i / 127) ** BEND));

export class WaveForm extends LitElement {
  static override properties = { stage: { attribute: false }, theme: {} };
  static override styles = [look, css`:host { padding-inline-start: 2.25rem; }`];

  declare stage: Stage | undefined;
  declare theme: string;
  #shownMs = -1;

  constructor() {
    super();
    new MovingCanvas(this, (frame) => this.#draw(frame));
  }

  override render() {
    return html`<canvas role="img" aria-label="Waveform of the last seconds"></canvas>`;
  }

  #draw({ context, width, height, ratio, atMs, isStill, isFresh }: Frame): void {
    const endMs = this.stage?.at(atMs, isStill) ?? 0;
    if (!isFresh && endMs === this.#shownMs) return;
    this.#shownMs = endMs;
    const style = getComputedStyle(this);
    const middle = Math.round(height / 2);
    context.clearRect(0, 0, width, height);
    context.fillStyle = style.getPropertyValue('--line');
    context.fillRect(0, middle, width, Math.max(1, Math.round(ratio)));
    const picture = this.stage?.picture;
    if (!picture || picture.pointMs === 0) return;
    context.fillStyle = style.getPropertyValue('--accent');
    const spanMs = shownMs(width / ratio);
    const pointPx = width * picture.pointMs / spanMs;
    const first = Math.max(0, Math.floor((endMs - spanMs) / picture.pointMs));
    const end = Math.min(picture.endPoint, Math.ceil(endMs / picture.pointMs));
    for (let n = first; n < end; n++) {
      if (!picture.hasPoint(n)) continue;
      const slot = 2 * (n % picture.points);
      const low = picture.peaks[slot]!;
      const high = picture.peaks[slot + 1]!;
      const top = middle - Math.sign(high) * HEIGHT[Math.abs(high)]! * middle;
      const bottom = middle - Math.sign(low) * HEIGHT[Math.abs(low)]! * middle;
      context.fillRect(width - (endMs / picture.pointMs - n) * pointPx, top, pointPx, Math.max(ratio, bottom - top));
    }
  }
}

customElements.define('wave-form', WaveForm);
