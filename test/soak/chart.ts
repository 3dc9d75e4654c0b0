/** All measures over a run as one SVG file, a small chart each, which looks right on light and dark pages. */
import { axis, line, plot } from '../../models/training/report/charts/plot.js';
import { html, Markup } from '../../models/training/report/html.js';
import { plain } from '../../models/training/report/numbers.js';
import { CHART_STYLE } from '../bench/live/chart.js';
import { judgedPart, thinned } from './flatness.js';
import { MEASURES, type Sample } from './measures.js';

const COLUMNS = 3;
const [WIDTH, HEIGHT] = [440, 200];
const MAX_POINTS = 150;

export function soakChart(samples: readonly Sample[]): string {
  const charts = MEASURES.map(({ name, label }, index) => {
    const all = samples.map((sample) => ({ x: sample.seconds / 60, y: sample[name] }));
    const points = thinned(all, MAX_POINTS);
    const judgedFrom = judgedPart(all)[0]!.x;
    const chart = plot({
      id: name,
      title: label,
      description: `From ${plain(points[0]!.y)} at the start to ${plain(points.at(-1)!.y)} at the end`,
      height: HEIGHT,
      x: axis('minutes', points.map(({ x }) => x), plain, { zero: true }),
      y: { ...axis('', points.map(({ y }) => y), plain, { zero: true, ticks: 4 }), label },
      marks: ({ x, y, top, bottom }) => [html`<path class="axis" stroke-dasharray="3 3" d="M${x(judgedFrom)} ${top}V${bottom}"/><path class="curve first" d="${line(points.map((point) => [x(point.x), y(point.y)] as const))}"/>`],
    });
    return new Markup(chart.text.replace('<svg ', `<svg x="${WIDTH * (index % COLUMNS)}" y="${HEIGHT * Math.floor(index / COLUMNS)}" width="${WIDTH}" height="${HEIGHT}" `));
  });
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH * COLUMNS} ${HEIGHT * Math.ceil(MEASURES.length / COLUMNS)}">${CHART_STYLE}${charts}</svg>`.text;
}
