/** Dot plot: recall with its interval, and precision, one line per genre. */
import type { ReportData } from '../data.js';
import { html, type Markup } from '../html.js';
import { percent } from '../numbers.js';
import { mark } from './marks.js';
import { at, WIDTH } from './plot.js';

const [LEFT, RIGHT, TOP, ROW] = [104, WIDTH - 16, 8, 27];
/** Maximum label length in characters. */
const MAX_LABEL = 12;

export function genreDots(perGenre: ReportData['figures']['perGenre'], labels: readonly string[]): Markup {
  const bottom = TOP + ROW * labels.length;
  const x = (share: number): number => LEFT + share * (RIGHT - LEFT);
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${bottom + 40}" role="img" aria-labelledby="genres-title genres-desc">
<title id="genres-title">Recall and precision of each genre</title>
<desc id="genres-desc">${labels.map((label, index) => `${label}: recall ${percent(perGenre[index]!.recall)}, precision ${percent(perGenre[index]!.precision)}`).join('; ')}.</desc>
${[0, 0.25, 0.5, 0.75, 1].map((tick) => html`<path class="grid" d="M${at(x(tick))} ${TOP}V${bottom}"/><text class="tick" x="${at(x(tick))}" y="${bottom + 16}" text-anchor="middle">${100 * tick}</text>`)}
<text class="label" x="${(LEFT + RIGHT) / 2}" y="${bottom + 35}" text-anchor="middle">%</text>
${labels.map((label, index) => {
    const { precision, recall, recallInterval: [low, high] } = perGenre[index]!;
    const y = TOP + ROW * (index + 0.5);
    return html`<text x="${LEFT - 12}" y="${at(y + 4)}" text-anchor="end">${label.length > MAX_LABEL ? `${label.slice(0, MAX_LABEL - 1)}…` : label}</text><path class="interval" d="M${at(x(low))} ${at(y)}H${at(x(high))}"/>${mark('second', x(precision), y)}${mark('first', x(recall), y)}`;
  })}
</svg>`;
}
