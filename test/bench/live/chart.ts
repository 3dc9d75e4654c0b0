/** Cost per stream against the number of streams, as an SVG file that looks right on light and dark pages. */
import { mark, type Series } from '../../../models/training/report/charts/marks.js';
import { line, logAxis, plot, type PlotScales } from '../../../models/training/report/charts/plot.js';
import { html, Markup } from '../../../models/training/report/html.js';
import { counted, short } from '../../../models/training/report/numbers.js';

export interface Curve {
  readonly name: string;
  readonly points: ReadonlyArray<{ readonly streams: number; readonly cpuMs: number }>;
}

export const CHART_STYLE = new Markup(`<style>
svg { --ink: #14191f; --quiet: #55616d; --line: #dde3e8; --axis: #8592a0; --surface: #fff; --first: #0b7468; --second: #b0470c; }
@media (prefers-color-scheme: dark) { svg { --ink: #e8edf2; --quiet: #9ba8b5; --line: #26303a; --axis: #65727f; --surface: #0d1116; --first: #56cdb8; --second: #f4a56a; } }
text { font: 12px system-ui, sans-serif; fill: var(--quiet); }
.grid { stroke: var(--line); fill: none; }
.axis { stroke: var(--axis); fill: none; }
.curve { fill: none; stroke-width: 2; }
.curve.first, .mark.second { stroke: var(--first); }
.mark { stroke-width: 2; stroke: var(--surface); }
.mark.first, .name.first { fill: var(--first); }
.curve.second, .mark.second { stroke: var(--second); }
.mark.second { fill: var(--surface); }
.name.second { fill: var(--second); }
</style>`);

/** @param curves one or two */
export function growthChart(curves: readonly Curve[]): string {
  const points = curves.flatMap((curve) => curve.points);
  const chart = plot({
    id: 'growth',
    title: 'Server CPU for a second of audio, by number of streams',
    description: curves.map((curve) => `${curve.name}: ${curve.points.map(({ streams, cpuMs }) => `${counted(streams, 'stream')} ${short(cpuMs)} ms`).join(', ')}`).join('; '),
    x: { ...logAxis('streams', points.map(({ streams }) => streams), String), ticks: [...new Set(points.map(({ streams }) => streams))] },
    y: logAxis('server CPU, ms per stream-second', points.map(({ cpuMs }) => cpuMs), String),
    marks: (scales) => [CHART_STYLE, ...curves.map((curve, index) => drawn(curve, index, scales))],
  });
  return chart.text.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ');
}

/** The falling curves leave the upper right free for what they are. */
function drawn({ name, points }: Curve, index: number, { x, y, right, top }: PlotScales): Markup {
  const series: Series = index === 0 ? 'first' : 'second';
  const placed = points.map(({ streams, cpuMs }) => [x(streams), y(cpuMs)] as const);
  const [left, height] = [right - 90, top + 10 + 20 * index];
  return html`<path class="curve ${series}" d="${line(placed)}M${left} ${height}h28"/>${[...placed, [left + 14, height] as const].map(([across, down]) => mark(series, across, down, 3.6))}
<text class="name ${series}" x="${left + 36}" y="${height + 4}">${name}</text>`;
}
