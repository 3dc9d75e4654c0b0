/** The report as a single self-contained HTML page without scripts. */
import type { ReportData } from './data.js';
import { html, type Markup } from './html.js';
import { counted, percent, percentRange, withCommas } from './numbers.js';
import { confidence } from './sections/confidence.js';
import { cost } from './sections/cost.js';
import { examples } from './sections/examples.js';
import { confusion, genres } from './sections/genres.js';
import { learning } from './sections/learning.js';
import { live } from './sections/evaluations.js';
import { data as dataSection, limits, training } from './sections/training.js';
import { external, folds, protocols } from './sections/protocols.js';
import { overTime, tradeOff } from './sections/time.js';
import { STYLE } from './style.js';

/** Sections in page order. */
const SECTIONS = [genres, confusion, overTime, live, tradeOff, confidence, examples, protocols, folds, external, cost, learning, dataSection, limits, training] as const;

export function page(report: ReportData): string {
  const { model } = report;
  const sections = SECTIONS.map((section) => section(report)).filter((section) => section !== undefined);
  const title = `${model.name} ${model.version}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${title}: training report</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="quiet">${counted(model.labels.length, 'genre')}: ${model.labels.join(', ')}. Trained ${day(report.createdAt)}; figures on ${counted(report.tracks.length, `valid ${report.items.slice(0, -1)}`)}, block by block.</p>
<nav aria-label="Sections"><ul>${sections.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
</header>
<main>
${tiles(report)}
${sections.map(({ id, title: name, body }) => html`<section id="${id}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${name}</h2>
${body}
</section>
`)}</main>
</body>
</html>
`.text;
}

/** Key figures at the top of the page. */
function tiles({ figures, calibration, medianSettledS, model, items }: ReportData): Markup {
  const shown: Array<readonly [value: string, beside: string, what: string]> = [
    [percent(figures.accuracy), `95 %: ${percentRange(figures.interval)}`, `accuracy, whole ${items}`],
    ...(figures.stretches ? [[percent(figures.stretches.accuracy), `${withCommas(figures.stretches.count)} excerpts`, 'accuracy, 4 s excerpts'] as const] : []),
    [percent(figures.macroF1), '', 'macro F1'],
    ...(medianSettledS === null ? [] : [[`${medianSettledS.toFixed(1)} s`, '', 'median time until correct for good'] as const]),
    [(calibration.crossFittedEce ?? calibration.calibrated.ece).toFixed(3), calibration.crossFittedEce === undefined ? '' : 'cross-fitted', 'expected calibration error'],
    [withCommas(model.parameters), '', 'parameters'],
    [`${(model.multiplyAddsPerSecond / 1e6).toFixed(2)} M`, '', 'multiply-adds per second of audio'],
  ];
  return html`<dl class="tiles">${shown.map(([value, beside, what]) => html`<div><dt>${what}</dt><dd>${value}${beside !== '' && html`<small>${beside}</small>`}</dd></div>`)}</dl>`;
}

function day(iso: string): string {
  return iso.slice(0, 10);
}
