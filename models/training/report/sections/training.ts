/** Training data, training run, and limitations. */
import type { ReportData } from '../data.js';
import { html, type Markup } from '../html.js';
import { counted, duration, percent, withCommas } from '../numbers.js';
import type { SectionBuilder } from '../section.js';
import { table } from '../table.js';

export const data: SectionBuilder = ({ packs, licences }) => ({
  id: 'data',
  title: 'Training data',
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

export const limits: SectionBuilder = (report) => ({ id: 'limits', title: 'Limitations', body: list([...limitsOfData(report), ...report.limits]) });

/** Limitations that follow from the data. */
function limitsOfData({ figures: { perGenre, interval: [low, high] }, tracks, items, model: { labels } }: ReportData): string[] {
  const missing = labels.filter((_, index) => perGenre[index]!.support === 0);
  const few = labels.filter((_, index) => perGenre[index]!.support > 0 && perGenre[index]!.support < 20);
  return [
    `Figures on ${counted(tracks.length, items.slice(0, -1))} have a 95 % interval of about ± ${(50 * (high - low)).toFixed(1)} points; smaller differences are not significant.`,
    `The temperature, and whatever else was tuned, was chosen on the valid ${items}: expect slightly lower figures on unseen ${items}.`,
    `The model assigns one of its ${labels.length} labels to any music; chance level is ${percent(1 / labels.length)}.`,
    ...(few.length > 0 ? [`Fewer than 20 valid ${items}: ${few.join(', ')}. Their figures are imprecise.`] : []),
    ...(missing.length > 0 ? [`No valid ${items} at all: ${missing.join(', ')}.`] : []),
  ];
}

export const training: SectionBuilder = ({ run: { command, options, backend, seconds, machine }, model: { layers, parameters, multiplyAddsPerSecond, temperature } }) => ({
  id: 'training',
  title: 'Training run',
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
