/** Accuracy against cost for several networks. */
import { legend, mark } from '../charts/marks.js';
import { at, axis, logAxis, plot, type PlotScales } from '../charts/plot.js';
import { html } from '../html.js';
import { costTable } from '../evaluation-tables.js';
import { percent, short } from '../numbers.js';
import type { SectionBuilder } from '../section.js';
import { table } from '../table.js';

export const cost: SectionBuilder = ({ cost: measured }) => {
  if (measured === undefined || measured.points.length === 0) return undefined;
  const placed = measured.points.flatMap((point) => (point.accuracy === undefined ? [] : [{ ...point, accuracy: point.accuracy }]));
  return {
    id: 'cost',
    title: 'Accuracy and cost',
    body: html`<p>CPU milliseconds per second of audio. “Recomputed over 4 s” is the cost of running the network over the last 4 s for every block instead of carrying its state.</p>
${placed.length > 1 && html`<figure>${legend([{ series: 'first', name: 'tried', line: false }, { series: 'second', name: 'shipped', line: false }])}${plot({
      id: 'cost-plot',
      title: 'Accuracy on valid tracks against cost',
      description: placed.map(({ name, msBatch64, accuracy }) => `${name}: ${short(msBatch64)} ms, ${percent(accuracy)}`).join('; '),
      x: logAxis('ms per second of audio, in a batch of 64', placed.map(({ msBatch64 }) => msBatch64), (tick) => String(tick)),
      y: axis('accuracy on valid tracks, %', placed.map(({ accuracy }) => accuracy), (share) => String(Number((100 * share).toFixed(1)))),
      height: 290,
      marks: (scales: PlotScales) => placed.map(({ name, msBatch64, accuracy, shipped }) => {
        const [x, y] = [scales.x(msBatch64), scales.y(accuracy)];
        const isRight = x > (scales.left + scales.right) / 2;
        return html`${mark(shipped ? 'second' : 'first', x, y, 4.6)}<text class="name" x="${at(x + (isRight ? -10 : 10))}" y="${at(y + 4)}" text-anchor="${isRight ? 'end' : 'start'}">${name}</text>`;
      }),
    })}</figure>`}
${table(costTable(measured))}`,
  };
};
