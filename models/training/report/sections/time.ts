/** Accuracy over time, and the trade-off between delay and stability. */
import { legend, mark } from '../charts/marks.js';
import { axis, line, plot, type PlotScales } from '../charts/plot.js';
import type { ReportData } from '../data.js';
import { html } from '../html.js';
import { paretoFront } from '../evaluation-tables.js';
import { counted, percent } from '../numbers.js';
import type { SectionBuilder } from '../section.js';
import { foldedTable, table, type TableOptions } from '../table.js';

const AFTER_S = [1, 2, 3, 5, 10, 20, 30];

export const overTime: SectionBuilder = ({ overTime: curve, medianSettledS, figures: { accuracy }, items }) => {
  if (curve.length === 0) return undefined;
  const lastS = curve.at(-1)!.seconds;
  return {
    id: 'time',
    title: 'Accuracy over time',
    body: html`<p>From the scores so far${curve[0]!.seconds > 1 && html` (those before ${curve[0]!.seconds.toFixed(1)} s are ignored)`}, without smoothing. ${medianSettledS === null ? `None of the ${items} is correct at its end.` : html`Of the ${items} that are correct at their end, half stay correct after <strong>${medianSettledS.toFixed(1)} s</strong>.`}</p>
<div class="side"><figure>${legend([{ series: 'first', name: 'correct at this time' }, { series: 'second', name: 'correct from here to the end' }])}${plot({
      id: 'time-to-correct',
      title: `Share of ${items} classified correctly, by seconds of audio`,
      description: `From ${percent(curve[0]!.right)} after ${curve[0]!.seconds.toFixed(2)} s to ${percent(curve.at(-1)!.right)} at the end.`,
      x: axis('seconds of audio', [0, lastS], (tick) => String(tick), { zero: true }),
      y: { label: `of ${items}, %`, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], format: (share) => (100 * share).toFixed(0) },
      marks: (scales: PlotScales) => [
        html`<path class="reference" d="M${scales.left} ${scales.y(accuracy)}H${scales.right}"/>`,
        html`<path class="curve second" d="${line(curve.map((point) => [scales.x(point.seconds), scales.y(point.settled)] as const))}"/>`,
        html`<path class="curve first" d="${line(curve.map((point) => [scales.x(point.seconds), scales.y(point.right)] as const))}"/>`,
        ...[...after(curve)].map(({ seconds: s, right }) => mark('first', scales.x(s), scales.y(right), 3.6)),
      ],
    })}<figcaption>Dotted line: accuracy on whole ${items}, ${percent(accuracy)}. Discs: rows of the table.</figcaption></figure>
${table({
      caption: `Share of ${items} classified correctly`,
      head: ['after', 'correct', 'correct to the end'],
      rows: after(curve).map(({ wantedS, right, settled }) => [`${wantedS} s`, percent(right), percent(settled)]),
    })}</div>`,
  };
};

/** The point of the last block that ends by each of the times. */
function after(curve: ReportData['overTime']): Array<ReportData['overTime'][number] & { wantedS: number }> {
  return AFTER_S.flatMap((wantedS) => {
    const point = curve.at(-1)!.seconds < wantedS - 0.5 ? undefined : curve.findLast(({ seconds }) => seconds <= wantedS);
    return point === undefined ? [] : [{ ...point, wantedS }];
  });
}

export const tradeOff: SectionBuilder = ({ tradeOff: points, tradeOffDelay = 'median delay' }) => {
  if (points === undefined || points.length === 0) return undefined;
  const front = paretoFront(points);
  const shipped = points.filter((point) => point.shipped);
  return {
    id: 'trade-off',
    title: 'Delay and stability',
    body: html`<p>${counted(points.length, 'setting')} of the smoothing: a shorter delay means more genre changes.${shipped[0] && ` Shipped: ${shipped[0].settings}, ${shipped[0].delayS.toFixed(1)} s and ${shipped[0].flipsPerMinute.toFixed(2)} changes per minute.`}</p>
<div class="side"><figure>${legend([{ series: 'first', name: 'tried; the line is the Pareto front' }, ...(shipped.length > 0 ? [{ series: 'second' as const, name: 'shipped', line: false }] : [])])}${plot({
      id: 'trade-off-plot',
      title: 'Genre changes per minute against delay',
      description: `${counted(points.length, 'setting')}; delays from ${Math.min(...points.map(({ delayS }) => delayS)).toFixed(1)} to ${Math.max(...points.map(({ delayS }) => delayS)).toFixed(1)} s.`,
      x: axis(`${tradeOffDelay}, s`, points.map(({ delayS }) => delayS), (tick) => String(tick)),
      y: axis('changes per minute', points.map(({ flipsPerMinute }) => flipsPerMinute), (tick) => String(tick), { zero: true }),
      marks: (scales: PlotScales) => [
        html`<path class="curve first" d="${line(front.map((point) => [scales.x(point.delayS), scales.y(point.flipsPerMinute)] as const))}"/>`,
        ...points.filter((point) => !point.shipped).map((point) => mark('first', scales.x(point.delayS), scales.y(point.flipsPerMinute), 3.6)),
        ...shipped.map((point) => mark('second', scales.x(point.delayS), scales.y(point.flipsPerMinute), 5)),
      ],
    })}</figure>
${table(settingsTable('Shipped and Pareto-optimal settings', [...shipped, ...front.filter((point) => !point.shipped)]))}</div>
${foldedTable(settingsTable('All settings', points))}`,
  };
};

function settingsTable(caption: string, points: NonNullable<ReportData['tradeOff']>): TableOptions {
  return {
    caption,
    head: ['settings', 'delay', 'changes per minute'],
    rows: points.map(({ settings, delayS, flipsPerMinute, shipped }) => [html`${settings}${shipped && html` <strong>(shipped)</strong>`}`, `${delayS.toFixed(1)} s`, flipsPerMinute.toFixed(2)]),
  };
}
