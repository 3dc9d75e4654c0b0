/** Formats the figures as tables for the terminal. */
import type { AlikeFigures } from '../../models/alike/precision.js';
import { SOUND_KINDS } from '../../models/sound-kinds.js';
import type { DegradedFigures } from './degraded-figures.js';
import type { Evaluation } from './evaluation.js';
import type { Figures } from './figures.js';
import type { Delays, MedleyFigures } from './medley-figures.js';
import type { MusicAuroc, NotMusicFigures } from './not-music.js';
import type { OutsideFigures } from './outside.js';
import type { Sweep } from './sweep.js';

/** Several data folders: their main figures side by side, then each in full. */
export function reportsOf(evaluations: readonly Evaluation[], labels: readonly string[]): string {
  const full = evaluations.map((evaluation) => reportOf(evaluation, labels));
  return evaluations.length > 1 ? [sideBySide(evaluations), ...full].join('\n\n\n') : full.join('');
}

function sideBySide(evaluations: readonly Evaluation[]): string {
  const names = evaluations.map(nameOf);
  const width = Math.max(...names.map((name) => name.length), 16) + 2;
  const row = (name: string, value: (evaluation: Evaluation) => string): string => `  ${name.padEnd(27)}${evaluations.map((evaluation) => value(evaluation).padStart(width)).join('')}`;
  const outsideOf = ({ outside }: Evaluation): OutsideFigures | undefined => (typeof outside === 'object' ? outside : undefined);
  return [
    `  ${''.padEnd(27)}${names.map((name) => name.padStart(width)).join('')}`,
    row('tracks', ({ tracks }) => String(tracks)),
    row('accuracy, whole tracks', ({ trackAccuracy }) => percent(trackAccuracy)),
    row('  95 %', ({ trackAccuracy95: [low, high] }) => `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}`),
    row('accuracy, 4 s excerpts', ({ segmentAccuracy }) => percent(segmentAccuracy)),
    row('macro F1', ({ macroF1 }) => percent(macroF1)),
    row('median time to correct', ({ medianTimeToCorrectMs }) => seconds(medianTimeToCorrectMs)),
    row('changes per minute', ({ flipsPerMinute }) => flipsPerMinute.toFixed(2)),
    row('calibration error', ({ ece }) => ece.toFixed(3)),
    ...(evaluations.some(outsideOf) ? [
      row('outside: AUROC', (evaluation) => area(outsideOf(evaluation)?.auroc ?? null)),
      row('outside: blocks unknown', (evaluation) => percent(outsideOf(evaluation)?.labelledShownUnknown ?? 0)),
    ] : []),
  ].join('\n');
}

function nameOf({ data, split, source }: Figures): string {
  return `${data} ${split}, ${source}`;
}

export function reportOf(evaluation: Evaluation, labels: readonly string[]): string {
  const { degraded, medleys, sweep, notMusic, outside, alike } = evaluation;
  return [
    tracksReport(evaluation, labels),
    degraded && degradedReport(evaluation, degraded),
    medleys && medleyReport(medleys),
    notMusic && (typeof notMusic === 'string' ? notMusic : notMusicReport(notMusic)),
    outside && (typeof outside === 'string' ? outside : outsideReport(outside)),
    alike && (typeof alike === 'string' ? alike : alikeReport(alike)),
    sweep && sweepReport(sweep),
  ].filter((part) => part !== undefined).join('\n\n');
}

function tracksReport(figures: Evaluation, labels: readonly string[]): string {
  const { tracks, trackAccuracy, trackAccuracy95: [low, high], segmentAccuracy, perGenre, accuracyAfterS, medianTimeToCorrectMs, flipsPerMinute, ece, eceCrossFitted, confusion } = figures;
  const width = Math.max(9, ...labels.map((label) => label.length));
  const lines = [
    `${nameOf(figures)}: ${tracks} tracks`,
    '',
    `  accuracy, whole tracks       ${percent(trackAccuracy)}  (95 %: ${percent(low)} to ${percent(high)})`,
    `  accuracy, 4 s excerpts       ${percent(segmentAccuracy)}`,
    `  macro F1                     ${percent(figures.macroF1)}`,
    `  accuracy after               ${Object.entries(accuracyAfterS).map(([seconds, share]) => `${seconds} s ${percent(share)}`).join('  ')}`,
    `  median time to correct       ${seconds(medianTimeToCorrectMs)}`,
    `  changes per minute           ${flipsPerMinute.toFixed(2)}`,
    `  calibration error            ${ece.toFixed(3)}${eceCrossFitted === undefined ? '' : `  (${eceCrossFitted.toFixed(3)} with cross-fitted temperature)`}`,
    '',
    `  ${''.padEnd(width)}  precision  recall      F1  tracks`,
    ...labels.map((label) => {
      const { precision, recall, f1, support } = perGenre[label]!;
      return `  ${label.padEnd(width)}  ${percent(precision).padStart(9)}  ${percent(recall).padStart(6)}  ${percent(f1).padStart(6)}  ${String(support).padStart(6)}`;
    }),
    '',
    ...confusionLines(labels, labels, confusion),
  ];
  return lines.join('\n');
}

/** Confusion matrix; rows are the truth. */
function confusionLines(rows: readonly string[], columns: readonly string[], confusion: ReadonlyArray<readonly number[]>): string[] {
  const width = Math.max(14, ...rows.map((name) => name.length));
  const cell = Math.max(5, ...columns.map((name) => Math.min(name.length, 5)), ...confusion.flat().map((count) => String(count).length));
  return [
    `  ${'truth \\ answer'.padEnd(width)}  ${columns.map((name) => name.slice(0, cell).padStart(cell)).join(' ')}`,
    ...rows.map((name, row) => `  ${name.padEnd(width)}  ${confusion[row]!.map((count) => (count === 0 ? '·' : String(count)).padStart(cell)).join(' ')}`),
  ];
}

function alikeReport({ split, tracks, withArtist, neighbours, embedding, mfcc, random }: AlikeFigures): string {
  return [
    `Tracks alike: of the ${neighbours} nearest in ${split}, the share of the same genre, artists apart (${withArtist} of ${tracks} tracks have one)`,
    '',
    `  embedding                    ${percent(embedding)}`,
    `  mean MFCCs                   ${percent(mfcc)}`,
    `  at random                    ${percent(random)}`,
  ].join('\n');
}

function degradedReport(clean: Figures, degraded: NonNullable<Evaluation['degraded']>): string {
  const row = (name: string, { trackAccuracy, segmentAccuracy, medianTimeToCorrectMs, flipsPerMinute, ece }: Figures, more?: DegradedFigures): string => [
    `  ${name.padEnd(12)}`,
    percent(trackAccuracy).padStart(7),
    (more ? points(more.trackDifference) : '').padStart(6),
    (more ? `-${more.tracksLost} +${more.tracksGained}` : '').padStart(8),
    percent(segmentAccuracy).padStart(7),
    (more ? points(more.segmentDifference) : '').padStart(6),
    seconds(medianTimeToCorrectMs).padStart(7),
    flipsPerMinute.toFixed(2).padStart(6),
    ece.toFixed(3).padStart(6),
  ].join('  ');
  return [
    'The same tracks degraded (differences in points; tracks lost and gained)',
    '',
    `  ${'sound'.padEnd(12)}   tracks    diff             excerpts    diff   correct  /min     ECE`,
    row('clean', clean),
    ...Object.entries(degraded).map(([name, figures]) => row(name, figures, figures)),
  ].join('\n');
}

function medleyReport({ medleys, seed, minutes, all, rightAlone, extraFlipsPerMinute }: MedleyFigures): string {
  const row = (name: string, { changes, medianMs, p90Ms, medianShownMs, p90ShownMs, neverShown }: Delays): string => [
    `  ${name.padEnd(30)}`, String(changes).padStart(7), seconds(medianMs).padStart(7), seconds(p90Ms).padStart(7), seconds(medianShownMs).padStart(7), seconds(p90ShownMs).padStart(7), percent(neverShown).padStart(7),
  ].join('  ');
  return [
    `${medleys} medleys, ${minutes.toFixed(1)} minutes, seed ${seed}: delay until the new genre is shown`,
    '',
    `  ${''.padEnd(30)}  changes   median      90 %   of those shown     never`,
    row('to tracks correct on their own', rightAlone),
    row('to all tracks', all),
    '',
    `  false changes per minute       ${extraFlipsPerMinute.toFixed(2)}`,
  ].join('\n');
}

function notMusicReport({ split, tracks, auroc, blockAuroc, musicCalledNotMusic, musicBlocksCalledNotMusic, notMusicCalledMusic, notMusicBlocksCalledMusic, confusion, blockConfusion }: NotMusicFigures): string {
  const areas = ({ all, speech, noise }: MusicAuroc): string => `${area(all)}  (speech ${area(speech)}, noise ${area(noise)})`;
  return [
    `Music against speech and noise, ${split}: ${SOUND_KINDS.map((kind, index) => `${tracks[index]} tracks of ${kind}`).join(', ')}`,
    '',
    `  area under the ROC curve     tracks ${areas(auroc)}  blocks ${areas(blockAuroc)}`,
    `  music as something else      tracks ${percent(musicCalledNotMusic)}  blocks ${percent(musicBlocksCalledNotMusic)}`,
    `  speech, noise as music       tracks ${percent(notMusicCalledMusic)}  blocks ${percent(notMusicBlocksCalledMusic)}`,
    '',
    ...confusionLines(SOUND_KINDS, SOUND_KINDS, confusion),
    '',
    ...confusionLines(SOUND_KINDS.map((kind) => `${kind}, blocks`), SOUND_KINDS, blockConfusion),
  ].join('\n');
}

function outsideReport({ split, tracks: [labelled, others], auroc, blockAuroc, labelledShownUnknown, outsideShownUnknown }: OutsideFigures): string {
  return [
    `Music of none of the labels: ${labelled} tracks against ${others} of ${split} that have none`,
    '',
    `  AUROC                        tracks ${area(auroc)}  blocks ${area(blockAuroc)}`,
    `  shown as unknown, blocks     labelled ${percent(labelledShownUnknown)}  the others ${percent(outsideShownUnknown)}`,
  ].join('\n');
}

function sweepReport({ tracks, medleys, delay, points: settings }: Sweep): string {
  return [
    `Smoothing settings over ${tracks} tracks and ${medleys} medleys (* Pareto-optimal in changes, ${delay === 'medianMedleyDelayMs' ? 'medley delay' : 'time to correct'} and accuracy after 5 s; > the model's own)`,
    '',
    '     constant  margin    hold   /min   correct    5 s  medley    never    ECE',
    ...settings.map(({ timeConstantMs, margin, holdMs, flipsPerMinute, medianTimeToCorrectMs, accuracyAfter5s, medianMedleyDelayMs, neverShown, ece, isPareto, isModels }) => [
      `  ${isModels ? '>' : ' '}${isPareto ? '*' : ' '}`,
      seconds(timeConstantMs).padStart(8),
      margin.toFixed(3).padStart(7),
      seconds(holdMs).padStart(7),
      flipsPerMinute.toFixed(2).padStart(6),
      seconds(medianTimeToCorrectMs).padStart(9),
      (100 * accuracyAfter5s).toFixed(1).padStart(6),
      (medleys > 0 ? seconds(medianMedleyDelayMs) : '').padStart(7),
      (neverShown === null ? '' : percent(neverShown)).padStart(8),
      ece.toFixed(3).padStart(6),
    ].join(' ')),
  ].join('\n');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function points(difference: number): string {
  return `${difference > 0 ? '+' : ''}${difference.toFixed(1)}`;
}

function seconds(ms: number | null): string {
  return ms === null ? 'never' : `${(ms / 1000).toFixed(1)} s`;
}

function area(value: number | null): string {
  return value === null ? 'none' : value.toFixed(4);
}
