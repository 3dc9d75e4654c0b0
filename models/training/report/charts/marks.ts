/** Chart marks that differ in shape as well as in colour: a disc for the first series, a hollow diamond for the second. */
import { html, type Markup } from '../html.js';
import { at } from './plot.js';

export type Series = 'first' | 'second';

export function mark(series: Series, x: number, y: number, size = 4.5): Markup {
  if (series === 'first') return html`<circle class="mark first" cx="${at(x)}" cy="${at(y)}" r="${size}"/>`;
  const reach = size * 1.3;
  return html`<path class="mark second" d="M${at(x)} ${at(y - reach)}L${at(x + reach)} ${at(y)}L${at(x)} ${at(y + reach)}L${at(x - reach)} ${at(y)}Z"/>`;
}

/** Legend above a chart: a line segment with the mark, and the name. */
export function legend(entries: ReadonlyArray<{ readonly series: Series; readonly name: string; readonly line?: boolean }>): Markup {
  return html`<ul class="legend">${entries.map(({ series, name, line = true }) => html`<li><svg viewBox="0 0 30 12" aria-hidden="true">${line && html`<path class="curve ${series}" d="M1 6H29"/>`}${mark(series, 15, 6, 3.6)}</svg>${name}</li>`)}</ul>`;
}
