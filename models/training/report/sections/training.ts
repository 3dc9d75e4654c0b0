/** What it learned from and how, so that it can be done again; and what not to expect. */
import type { ReportData } from '../data.js';
import { html, type Markup } from '../html.js';
import { counted, duration, percent, withCommas } from '../numbers.js';
import type { SectionBuilder } from '../section.js';
import { table } from '../table.js';

export const data: SectionBuilder = ({ packs, licences }) => ({
  id: 'data',
  title: 'What it learned from',
  body: html`${table({
    caption: 'Data packs',
    head: ['pack', 'for', 'tracks', 'hours', 'tracks of each label'],
    words: [1, 4],
    rows: packs.map(({ name, role, tracks, hours, perLabel }) => [
      name, role, withCommas(tracks), hours.toFixed(hours < 10 ? 2 : 1), Object.entries(perLabel).map(([label, count]) => `${label} ${count}`).join(', ') || 'without labels',
    ]),
  })}
${licences.length > 0 && html`<h3>Licences</h3>${list(licences)}`}`,
});

export const limits: SectionBuilder = (report) => ({ id: 'limits', title: 'What not to expect', body: list([...known(report), ...report.limits]) });

/** What the data itself says. */
function known({ figures: { perGenre, interval: [low, high] }, tracks, items, model: { labels } }: ReportData): string[] {
  const missing = labels.filter((_, index) => perGenre[index]!.support === 0);
  const few = labels.filter((_, index) => perGenre[index]!.support > 0 && perGenre[index]!.support < 20);
  return [
    `Figures on ${counted(tracks.length, items.slice(0, -1))} are good to ± ${(50 * (high - low)).toFixed(1)} points (95 %); differences below that say little.`,
    `The valid ${items} chose the temperature and whatever else was tried against them: expect somewhat less on ${items} that chose nothing.`,
    `It was asked about ${labels.length} labels and answers with one of them to any music; chance is ${percent(1 / labels.length)}.`,
    ...(few.length > 0 ? [`Fewer than 20 valid ${items}: ${few.join(', ')}. Their rows are rough.`] : []),
    ...(missing.length > 0 ? [`No valid ${items} at all: ${missing.join(', ')}.`] : []),
  ];
}

export const training: SectionBuilder = ({ run: { command, options, backend, seconds, machine }, model: { layers, parameters, multiplyAddsPerSecond, temperature } }) => ({
  id: 'training',
  title: 'How it was made',
  body: html`<pre>${command}</pre>
<dl class="facts">
<dt>backend</dt><dd>${backend}</dd>
${machine !== undefined && html`<dt>machine</dt><dd>${machine}</dd>`}
${seconds !== undefined && html`<dt>wall clock</dt><dd>${duration(seconds)}</dd>`}
<dt>network</dt><dd>${withCommas(parameters)} parameters, ${(multiplyAddsPerSecond / 1e6).toFixed(2)} M multiply-adds per second of audio</dd>
<dt>temperature</dt><dd>${temperature.toFixed(3)}</dd>
</dl>
<details><summary>Layers</summary><ol>${layers.map((layer) => html`<li>${layer}</li>`)}</ol></details>
<details><summary>All options</summary><dl class="facts">${Object.entries(options).map(([name, value]) => html`<dt>${name}</dt><dd>${value === null ? '–' : String(value)}</dd>
`)}</dl></details>`,
});

function list(sentences: readonly string[]): Markup {
  return html`<ul class="plain">${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;
}
