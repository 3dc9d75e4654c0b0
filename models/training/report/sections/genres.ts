/** Precision and recall of each genre, and the confusion matrix. */
import { confusionTable } from '../charts/confusion.js';
import { genreDots } from '../charts/genre-dots.js';
import { legend } from '../charts/marks.js';
import { html } from '../html.js';
import { percent, percentRange, withCommas } from '../numbers.js';
import type { SectionBuilder } from '../section.js';
import { table } from '../table.js';

/** Rows in the table of mistakes. */
const SHOWN = 10;

export const genres: SectionBuilder = ({ figures: { perGenre, macroF1 }, items, model: { labels } }) => ({
  id: 'genres',
  title: 'Genres',
  body: html`<p>Over whole ${items}. Macro F1, the mean over genres: <strong>${percent(macroF1)}</strong>.</p>
<div class="side"><figure>${legend([{ series: 'first', name: 'recall, with its 95 % interval', line: false }, { series: 'second', name: 'precision', line: false }])}${genreDots(perGenre, labels)}</figure>
${table({
    caption: 'Precision, recall and F1 of each genre',
    head: ['genre', 'precision', 'recall', 'F1', items, 'recall, 95 %'],
    rows: labels.map((label, index) => {
      const { precision, recall, recallInterval, f1, support } = perGenre[index]!;
      return [label, percent(precision), percent(recall), percent(f1), withCommas(support), percentRange(recallInterval)];
    }),
  })}</div>`,
});

export const confusion: SectionBuilder = ({ figures: { confusion: matrix }, items, model: { labels } }) => {
  const mistakes = matrix.flatMap((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, answer) => ({ count, total, truth: labels[truth]!, answer: labels[answer]! })).filter((_, answer) => answer !== truth);
  }).filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  return {
    id: 'confusion',
    title: 'Confusion matrix',
    body: html`<div class="side">${confusionTable(matrix, labels, items)}
${mistakes.length > 0 && table({
      caption: 'The most frequent mistakes',
      head: ['true genre', 'classified as', items, `of its ${items}`],
      words: [1],
      rows: mistakes.slice(0, SHOWN).map(({ count, total, truth, answer }) => [truth, answer, withCommas(count), percent(count / total)]),
    })}</div>`,
  };
};
