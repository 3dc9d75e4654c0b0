/** All measures over a run as one SVG file, a small chart each, which looks right on light and dark pages. */
import { axis, line, plot } from '../../models/training/report/charts/plot.js';
import { html, Markup } from '../../models/training/report/html.js';
import { plain, short } from '../../models/training/report/numbers.js';
import { CHART_STYLE } from '../bench/live/chart.js';
import { judge, judgedPart, thinned } from './flatness.js';
import { MEASURES, type Sample } from './measures.js';

const COLUMNS = 3;
const [WIDTH, HEIGHT] = [440, 200];
/** Of the line above each chart, and of the one that explains them. */
const HEADING = 24;
const MAX_POINTS = 150;

export function soakChart(samples: readonly Sample[]): string {
  const charts = MEASURES.map(({ name, label, limit: allowed }, index) => {
    const all = samples.map((sample) => ({ x: sample.seconds / 60, y: sample[name] }));
    const points = thinned(all, MAX_POINTS);
    const judgedFrom = judgedPart(all)[0]!.x;
    const { growth, limit } = judge(all, allowed);
    const verdict = limit === Infinity ? '' : `: ${growth < 0 ? '−' : '+'}${short(Math.abs(growth))}, at most +${short(limit)}`;
    const chart = plot({
      id: name,
      title: label,
      description: `From ${plain(points[0]!.y)} at the start to ${plain(points.at(-1)!.y)} at the end`,
      height: HEIGHT,
      x: axis('minutes', points.map(({ x }) => x), plain, { zero: true }),
      y: { ...axis('', points.map(({ y }) => y), plain, { zero: true, ticks: 4 }), label: '' },
      marks: ({ x, y, top, bottom }) => [html`<path class="axis" stroke-dasharray="3 3" d="M${x(judgedFrom)} ${top}V${bottom}"/><path class="curve first" d="${line(points.map((point) => [x(point.x), y(point.y)] as const))}"/>`],
    });
    const [left, top] = [WIDTH * (index % COLUMNS), HEADING + (HEADING + HEIGHT) * Math.floor(index / COLUMNS)];
    return [
      html`<text x="${left + 14}" y="${top + HEADING - 6}"><tspan fill="var(--ink)">${label}</tspan>${verdict}</text>`,
      new Markup(chart.text.replace('<svg ', `<svg x="${left}" y="${top + HEADING}" width="${WIDTH}" height="${HEIGHT}" `)),
    ];
  });
  const height = HEADING + (HEADING + HEIGHT) * Math.ceil(MEASURES.length / COLUMNS);
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH * COLUMNS} ${height}">${CHART_STYLE}<rect width="100%" height="100%" fill="var(--surface)"/><text x="14" y="18">Growth is judged from the dashed line on.</text>${charts}</svg>`.text;
}
