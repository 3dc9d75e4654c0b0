/** A small chart of the last ten minutes: up to two lines, the newest value as text, and under the pointer that of another moment. */
import { css, html, LitElement, nothing, svg } from 'lit';
import type { HealthReading } from '../../../server/protocol/health.js';
import { linePath, readingAt, scaleEnd, SPAN_MS, type Chart } from '../model/health.js';
import { timeOfDay } from '../model/station-words.js';
import { sharedStyles } from './shared-styles.js';

export class HealthChart extends LitElement {
  static override properties = { chart: { attribute: false }, readings: { attribute: false }, nowMs: { attribute: false }, pointed: { state: true } };
  static override styles = [sharedStyles, css`
    figure { display: grid; gap: 0.375rem; margin: 0; }
    figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 0.75rem; font-size: 0.8125rem; }
    figcaption b { font-weight: 600; color: var(--quiet); }
    .plot { position: relative; block-size: 5rem; background: var(--sunken); border-radius: 0.5rem; overflow: hidden; }
    .plot svg { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; stroke-width: 1.75; }
    path { vector-effect: non-scaling-stroke; }
    .line0 { stroke: var(--accent); }
    .line1 { stroke: var(--warn); stroke-dasharray: 4 3; }
    .pointed { stroke: var(--quiet); stroke-width: 1; }
    .axis { position: absolute; inset-inline-start: 0.375rem; font-size: 0.6875rem; line-height: 1.4; color: var(--quiet); pointer-events: none; }
    .top { inset-block-start: 0.125rem; }
    .foot { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 0.75rem; font-size: 0.6875rem; color: var(--quiet); }
    .key { display: inline-flex; align-items: center; gap: 0.3125rem; margin-inline-end: 0.625rem; }
    .key svg { inline-size: 1.25rem; block-size: 0.5rem; stroke-width: 2; }
    @media (forced-colors: active) { .line0, .line1, .pointed { stroke: CanvasText; } }
  `];

  declare chart: Chart;
  /** Oldest first. */
  declare readings: readonly HealthReading[];
  /** The server's clock, ms since 1970. */
  declare nowMs: number;
  /** Where the pointer is, 0 to 1; undefined if elsewhere. */
  declare pointed: number | undefined;

  override render() {
    const { chart: { title, text, lines, least, unit }, readings, nowMs, pointed } = this;
    const end = scaleEnd(readings.flatMap((reading) => lines.map(({ value }) => value(reading))), least);
    const newest = readings.at(-1);
    const shown = pointed === undefined ? newest : readingAt(readings, pointed, nowMs);
    const shownMs = shown && Date.parse(shown.at);
    const words = shown === undefined ? 'no reading yet' : text(shown);
    const x = shownMs === undefined ? 0 : 100 * (1 - (nowMs - shownMs) / SPAN_MS);
    return html`
      <figure>
        <figcaption><b>${title}</b><span>${pointed !== undefined && shownMs !== undefined ? html`${timeOfDay(shownMs, true)}: ` : nothing}${words}</span></figcaption>
        <div class="plot" role="img" aria-label=${`${title} in the last 10 minutes, now ${newest ? text(newest) : 'unknown'}`}
          @pointermove=${(event: PointerEvent) => this.#point(event)} @pointerleave=${() => { this.pointed = undefined; }}>
          <svg viewBox="0 -4 100 108" preserveAspectRatio="none" aria-hidden="true">
            ${pointed !== undefined && shown ? svg`<path class="pointed" d=${`M${x} -4V104`}></path>` : nothing}
            ${lines.map(({ value }, index) => svg`<path class=${`line${index}`} d=${linePath(readings, value, end, nowMs)}></path>`)}
          </svg>
          <span class="axis top" aria-hidden="true">${unit(end)}</span>
        </div>
        <div class="foot" aria-hidden="true">
          <span>${lines.length === 1 ? '10 min ago' : lines.map(({ name }, index) => html`<span class="key"><svg viewBox="0 0 20 8"><path class=${`line${index}`} d="M0 4H20"></path></svg>${name}</span>`)}</span>
          <span>now</span>
        </div>
      </figure>`;
  }

  #point(event: PointerEvent): void {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    this.pointed = Math.min(1, Math.max(0, (event.clientX - left) / width));
  }
}

customElements.define('health-chart', HealthChart);
