/** Level meter: RMS as a bar, peak hold as a line, scale in dBFS. */
import { css, html, LitElement } from 'lit';
import type { Prediction } from '../../../server/protocol/messages.js';
import { decibels } from '../model/format.js';
import { Meter, METER_MARKS, meterPosition } from '../model/meter.js';
import type { SoundView } from '../model/sound-view.js';
import { sharedStyles } from './shared-styles.js';
import { AnimatedCanvas, type Frame } from './animated-canvas.js';

const FLOOR_DB = -120;
/** A peak above this is probably clipped. */
const CLIPPING_DB = -0.1;

export class LevelMeter extends LitElement {
  static override properties = { soundView: { attribute: false }, prediction: { attribute: false }, theme: {} };
  static override styles = [sharedStyles, css`
    :host { display: grid; grid-template: 1fr auto / 0.875rem auto; column-gap: 0.375rem; font-size: 0.6875rem; color: var(--quiet); }
    .frame { border-radius: 0.25rem; background: var(--sunken); }
    .scale { position: relative; inline-size: 1.5rem; }
    .scale span { position: absolute; inset-block-end: calc(var(--position) * 100%); translate: 0 50%; line-height: 1; }
    .scale span:first-child { translate: 0 100%; }
    .scale span:last-child { translate: 0; }
    output { grid-column: 1 / -1; margin-block-start: 0.375rem; inline-size: 3.25rem; text-align: end; line-height: 1.25; color: var(--ink); }
    output small { font-size: inherit; color: var(--quiet); display: block; }
  `];

  declare soundView: SoundView | undefined;
  declare prediction: Prediction | undefined;
  declare theme: string;
  readonly #meter = new Meter();
  #drawn = '';
  #lastMs = 0;
  #tones = { bar: '', peak: '', clipping: '' };

  constructor() {
    super();
    new AnimatedCanvas(this, (frame) => this.#draw(frame));
  }

  override render() {
    const rmsDb = this.prediction?.level ?? FLOOR_DB;
    return html`
      <div class="frame" role="meter" aria-label="Level" aria-valuemin="-120" aria-valuemax="0"
        aria-valuenow=${rmsDb.toFixed(1)} aria-valuetext="${decibels(rmsDb)} dBFS"><canvas aria-hidden="true"></canvas></div>
      <div class="scale" aria-hidden="true">${METER_MARKS.map((db) => html`<span .style=${`--position: ${meterPosition(db)}`}>${decibels(db).replace('.0', '')}</span>`)}</div>
      <output aria-hidden="true">${decibels(rmsDb)}<small>dBFS</small></output>`;
  }

  #draw({ context, width, height, ratio, atMs, reducedMotion, mustRedraw }: Frame): void {
    const passedMs = reducedMotion || this.#lastMs === 0 ? Infinity : atMs - this.#lastMs;
    this.#lastMs = atMs;
    const meter = this.#meter;
    meter.advance(this.prediction?.level ?? FLOOR_DB, this.#peakDb(atMs, reducedMotion), passedMs);
    const bar = Math.round(meterPosition(meter.rmsDb) * height);
    const peak = Math.round(meterPosition(meter.peakDb) * height);
    const drawn = `${bar} ${peak}`;
    if (!mustRedraw && drawn === this.#drawn) return;
    this.#drawn = drawn;
    if (mustRedraw) {
      const style = getComputedStyle(this);
      this.#tones = { bar: style.getPropertyValue('--accent'), peak: style.getPropertyValue('--ink'), clipping: style.getPropertyValue('--bad') };
    }
    context.clearRect(0, 0, width, height);
    context.fillStyle = this.#tones.bar;
    context.fillRect(0, height - bar, width, bar);
    if (peak === 0) return;
    context.fillStyle = meter.peakDb > CLIPPING_DB ? this.#tones.clipping : this.#tones.peak;
    const thick = Math.round(2 * ratio);
    context.fillRect(0, Math.min(height - thick, height - peak), width, thick);
  }

  /** Peak of the last 35 ms at the time that the spectrogram shows; without waveform data, the newest block's peak. */
  #peakDb(atMs: number, reducedMotion: boolean): number {
    const { soundView, prediction } = this;
    if (!soundView || reducedMotion || soundView.picture.endPoint === 0) return prediction?.peak ?? FLOOR_DB;
    const shownMs = soundView.rightEdgeMs(atMs, reducedMotion);
    const peak = soundView.picture.peakBetween(shownMs - 35, shownMs);
    return peak > 0 ? 20 * Math.log10(peak) : FLOOR_DB;
  }
}

customElements.define('level-meter', LevelMeter);
