/** The same network under other protocols: random splits, k-fold, external data. */
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
      caption: 'The same network and training set size, split in different ways',
      head: ['split', 'accuracy', '95 %', 'training items', 'validation items', 'training accuracy', 'description'],
      words: [6],
      rows: shown.map(({ name, how, trainItems, validItems, accuracy, interval, trainAccuracy }) => [
        name, html`<strong>${percent(accuracy)}</strong>`, interval ? percentRange(interval) : '–', withCommas(trainItems), withCommas(validItems), trainAccuracy === undefined ? '–' : percent(trainAccuracy), how,
      ]),
    })}
${shown.length > 1 && html`<p>${percent(highest.accuracy)} and ${percent(lowest.accuracy)} are the same network on the same recordings; the difference of ${(100 * (highest.accuracy - lowest.accuracy)).toFixed(1)} points comes from the split alone. If chunks are split at random, chunks of one track are on both sides, and overlapping ones share audio: the network can recognise the recording by its mix, instruments or singer. If artists are kept apart, it has to recognise the genre. Only the second figure predicts the accuracy on new music, and a live stream is new music.</p>`}`,
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
    title: 'Cross-validation folds',
    body: html`<p>Each fold was evaluated with a network trained on the other folds${kfold.seeds !== undefined && kfold.seeds > 1 && `, ${kfold.seeds} seeds each`}. Mean <strong>${percent(mean)}</strong>, standard deviation between folds ${(100 * deviation).toFixed(1)} points; all tracks together ${percent(pooled)} (95 %: ${percentRange(wilson95(pooled, tracks))}).</p>
${sharesTable('Folds', 'fold', kfold.folds)}`,
  };
};

export const external: SectionBuilder = ({ external: shown }) => (shown === undefined || shown.length === 0 ? undefined : {
  id: 'external',
  title: 'External data',
  body: html`<p>Data that was used neither for training nor for model selection.</p>${sharesTable('External data', 'data', shown)}`,
});

function sharesTable(caption: string, first: string, rows: NonNullable<ReportData['external']>) {
  return table({
    caption,
    head: [first, 'tracks', 'accuracy', '95 %'],
    rows: rows.map(({ name, tracks, accuracy, interval }) => [name, withCommas(tracks), percent(accuracy), percentRange(interval ?? wilson95(accuracy, tracks))]),
  });
}
