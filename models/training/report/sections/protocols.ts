/** The same network by other rules: split at random, in folds, on other data. */
import type { ReportData } from '../data.js';
import { html } from '../html.js';
import { percent, percentRange, withCommas } from '../numbers.js';
import { wilson95 } from '../../../metrics.js';
import type { SectionBuilder } from '../section.js';
import { table } from '../table.js';

export const protocols: SectionBuilder = ({ protocols: shown }) => {
  if (shown === undefined || shown.length === 0) return undefined;
  const range = [...shown].sort((a, b) => b.accuracy - a.accuracy);
  const [highest, lowest] = [range[0]!, range.at(-1)!];
  return {
    id: 'protocols',
    title: 'Why published figures differ',
    body: html`${table({
      caption: 'The same network and size of training, split in different ways',
      head: ['split', 'right', '95 %', 'learned from', 'measured on', 'right on what it learned from', 'how'],
      words: [6],
      rows: shown.map(({ name, how, trainItems, validItems, accuracy, interval, trainAccuracy }) => [
        name, html`<strong>${percent(accuracy)}</strong>`, interval ? percentRange(interval) : '–', withCommas(trainItems), withCommas(validItems), trainAccuracy === undefined ? '–' : percent(trainAccuracy), how,
      ]),
    })}
${shown.length > 1 && html`<p>${percent(highest.accuracy)} and ${percent(lowest.accuracy)} are the same network on the same recordings; ${(100 * (highest.accuracy - lowest.accuracy)).toFixed(1)} points lie in how they were split. Where chunks are split at random, the chunks of one track land on both sides, and overlapping ones share their very sound: the network can answer by knowing the recording again, its mix, its instruments, its singer. Where artists are kept apart it has to know the genre. Only the second figure says how it does on music it never heard, which is all that a live stream is made of.</p>`}`,
  };
};

export const folds: SectionBuilder = ({ kfold }) => {
  if (kfold === undefined) return undefined;
  const shares = kfold.folds.map(({ accuracy }) => accuracy);
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const deviation = Math.sqrt(shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / (shares.length - 1));
  const tracks = kfold.folds.reduce((sum, fold) => sum + fold.tracks, 0);
  const pooled = kfold.folds.reduce((sum, fold) => sum + fold.accuracy * fold.tracks, 0) / Math.max(1, tracks);
  return {
    id: 'folds',
    title: 'Fold by fold',
    body: html`<p>Each fold was measured by a network that learned from the others${kfold.seeds !== undefined && kfold.seeds > 1 && `, ${kfold.seeds} seeds each`}. Mean <strong>${percent(mean)}</strong>, deviation between folds ${(100 * deviation).toFixed(1)} points; all tracks together ${percent(pooled)} (95 %: ${percentRange(wilson95(pooled, tracks))}).</p>
${sharesTable('Folds', 'fold', kfold.folds)}`,
  };
};

export const external: SectionBuilder = ({ external: shown }) => (shown === undefined || shown.length === 0 ? undefined : {
  id: 'external',
  title: 'On other data',
  body: html`<p>Data that neither taught it nor chose anything.</p>${sharesTable('Other data', 'data', shown)}`,
});

function sharesTable(caption: string, first: string, rows: NonNullable<ReportData['external']>) {
  return table({
    caption,
    head: [first, 'tracks', 'right', '95 %'],
    rows: rows.map(({ name, tracks, accuracy, interval }) => [name, withCommas(tracks), percent(accuracy), percentRange(interval ?? wilson95(accuracy, tracks))]),
  });
}
