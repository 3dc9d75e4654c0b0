/** Calibration: whether 70 % confidence is correct 70 % of the time. */
import { legend, mark, type Series } from '../charts/marks.js';
import { at, line, plot, type PlotScales } from '../charts/plot.js';
import { RELIABILITY_BINS, type Reliability } from '../data.js';
import { html, type Markup } from '../html.js';
import { percent, withCommas } from '../numbers.js';
import type { SectionBuilder } from '../section.js';
import { foldedTable } from '../table.js';

const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];
const inPercent = (share: number): string => (100 * share).toFixed(0);

export const confidence: SectionBuilder = ({ calibration: { calibrated, raw, crossFittedEce }, model: { temperature, blockS } }) => ({
  id: 'confidence',
  title: 'Calibration',
  body: html`<p>Each block of ${blockS.toFixed(2)} s has a confidence. Expected calibration error <strong>${calibrated.ece.toFixed(3)}</strong> with the temperature ${temperature.toFixed(2)}, fitted on these tracks, ${raw.ece.toFixed(3)} without${crossFittedEce !== undefined && `; ${crossFittedEce.toFixed(3)} with temperatures fitted on other tracks (cross-fitted)`}.</p>
<div class="side"><figure>${legend([{ series: 'first', name: `temperature ${temperature.toFixed(2)}` }, { series: 'second', name: 'without' }])}${plot({
    id: 'reliability',
    title: 'Reliability diagram: accuracy at each confidence',
    description: `Points on the diagonal are well calibrated; expected calibration error ${calibrated.ece.toFixed(3)}, without the temperature ${raw.ece.toFixed(3)}.`,
    x: { label: 'confidence, %', ticks: TICKS, format: inPercent },
    y: { label: 'accuracy, %', ticks: TICKS, format: inPercent },
    height: 340,
    marks: (scales: PlotScales) => [
      html`<path class="reference" d="${line([[scales.x(0), scales.y(0)], [scales.x(1), scales.y(1)]])}"/>`,
      curve(raw, 'second', scales),
      curve(calibrated, 'first', scales),
    ],
  })}<figcaption>Above the dotted diagonal the model is underconfident, below it overconfident. Larger marks stand for more blocks.</figcaption></figure>
<figure>${histogram(calibrated)}<figcaption>Distribution of confidence over the blocks, with the temperature.</figcaption></figure></div>
${binsTable(`Blocks by confidence, with the temperature ${temperature.toFixed(2)}`, calibrated)}
${binsTable('Blocks by confidence, without', raw)}`,
});

function binsTable(caption: string, { bins }: Reliability): Markup {
  return foldedTable({
    caption,
    head: ['bin', 'blocks', 'mean confidence', 'accuracy'],
    rows: bins.map(({ count, confidence: mean, accuracy }) => {
      const bin = binOf(mean);
      return [`${percent(bin / RELIABILITY_BINS, 0)} to ${percent((bin + 1) / RELIABILITY_BINS, 0)}`, withCommas(count), percent(mean), percent(accuracy)];
    }),
  });
}

function binOf(confidenceInBin: number): number {
  return Math.min(RELIABILITY_BINS - 1, Math.floor(confidenceInBin * RELIABILITY_BINS));
}

function curve({ bins }: Reliability, series: Series, scales: PlotScales): Markup {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  const points = bins.map(({ confidence: mean, accuracy }) => [scales.x(mean), scales.y(accuracy)] as const);
  return html`<path class="curve ${series}" d="${line(points)}"/>${points.map(([x, y], index) => mark(series, x, y, 2 + 8 * Math.sqrt(bins[index]!.count / total)))}`;
}

function histogram({ bins }: Reliability): Markup {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  const shares = bins.map(({ count }) => count / total);
  const highest = Math.ceil(Math.max(0.05, ...shares) * 20) / 20;
  return plot({
    id: 'confidences',
    title: 'Distribution of confidence',
    description: `${withCommas(total)} blocks in ${RELIABILITY_BINS} bins of confidence.`,
    x: { label: 'confidence, %', ticks: TICKS, format: inPercent },
    y: { label: 'of blocks, %', ticks: [0, highest / 2, highest], format: (share) => String(Number((100 * share).toFixed(1))) },
    height: 200,
    marks: ({ x, y, bottom }) => shares.map((share, index) => {
      const bin = binOf(bins[index]!.confidence);
      const [left, right] = [x(bin / RELIABILITY_BINS) + 1, x((bin + 1) / RELIABILITY_BINS) - 1];
      return html`<rect class="bar" x="${at(left)}" y="${at(y(share))}" width="${at(right - left)}" height="${at(bottom - y(share))}"/>`;
    }),
  });
}
