/** Waveform envelope over the same time span as the spectrogram below it. */
import { css, html, LitElement } from 'lit';
import type { Picture } from '../model/picture.js';
import { visibleSpanMs, type SoundView } from '../model/sound-view.js';
import { sharedStyles } from './shared-styles.js';
import { AnimatedCanvas, moveLeft, type Frame } from './animated-canvas.js';

/** Heights are |sample|^0.75, so that quiet music is visible and full scale stays full height. */
const EXPONENT = 0.75;
/** Lookup table by |sample × 127|: height, 0 to 1. */
const HEIGHT = Float32Array.from({ length: 129 }, (_, i) => Math.min(1, (i / 127) ** EXPONENT));

export class WaveForm extends LitElement {
  static override properties = { soundView: { attribute: false }, theme: {} };
  static override styles = [sharedStyles, css`:host { display: grid; padding-inline-start: 2.25rem; }`];

  declare soundView: SoundView | undefined;
  declare theme: string;
  #tones = { line: '', sound: '' };
  /** What the canvas shows. */
  #drawn: { picture: Picture | undefined; lastPixel: number; endPoint: number } | undefined;

  constructor() {
    super();
    new AnimatedCanvas(this, (frame) => this.#draw(frame));
  }

  override render() {
    return html`<div class="frame"><canvas role="img" aria-label="Waveform of the last seconds"></canvas></div>`;
  }

  /** What was drawn is moved, and only what came after it is added. */
  #draw({ context, width, height, ratio, atMs, reducedMotion, mustRedraw }: Frame): void {
    const picture = this.soundView?.picture;
    // Snap to a fixed pixel grid in stream time, so that the waveform does not shimmer while it scrolls.
    const pixelMs = visibleSpanMs(width / ratio) / width;
    const lastPixel = Math.floor((this.soundView?.rightEdgeMs(atMs, reducedMotion) ?? 0) / pixelMs);
    const endPoint = picture?.endPoint ?? 0;
    const drawn = mustRedraw || this.#drawn?.picture !== picture ? undefined : this.#drawn;
    if (drawn?.lastPixel === lastPixel) return;
    this.#drawn = { picture, lastPixel, endPoint };
    if (mustRedraw) {
      const style = getComputedStyle(this);
      this.#tones = { line: style.getPropertyValue('--line'), sound: style.getPropertyValue('--accent') };
    }
    const moved = drawn ? lastPixel - drawn.lastPixel : Infinity;
    const known = drawn && picture && moved > 0 ? Math.floor(drawn.endPoint * picture.pointMs / pixelMs) - (lastPixel - width) : 0;
    const from = moved > 0 && moved < width ? Math.max(0, Math.min(width - moved, known)) : 0;
    if (from > 0) moveLeft(context, moved);
    const middle = Math.round(height / 2);
    context.clearRect(from, 0, width - from, height);
    context.fillStyle = this.#tones.line;
    context.fillRect(from, middle, width - from, Math.max(1, Math.round(ratio)));
    if (!picture || picture.pointMs === 0) return;
    context.fillStyle = this.#tones.sound;
    for (let x = from; x < width; x++) {
      const fromMs = (lastPixel - width + x) * pixelMs;
      const end = Math.min(picture.endPoint, Math.ceil((fromMs + pixelMs) / picture.pointMs));
      let low = 127;
      let high = -127;
      for (let n = Math.floor(fromMs / picture.pointMs); n < end; n++) {
        if (!picture.hasPoint(n)) continue;
        const slot = 2 * (n % picture.points);
        low = Math.min(low, picture.peaks[slot]!);
        high = Math.max(high, picture.peaks[slot + 1]!);
      }
      if (low > high) continue;
      const top = Math.round(middle - Math.sign(high) * HEIGHT[Math.abs(high)]! * middle);
      const bottom = Math.round(middle - Math.sign(low) * HEIGHT[Math.abs(low)]! * middle);
      context.fillRect(x, top, 1, Math.max(1, bottom - top));
    }
  }
}

customElements.define('wave-form', WaveForm);
