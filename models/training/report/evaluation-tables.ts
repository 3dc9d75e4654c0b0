/** Figures from `evaluate` as text tables, rendered as HTML in reports and as Markdown in cards. */
import { wilson95 } from '../../metrics.js';
import type { ReportData } from './data.js';
import type { Evaluation } from './evaluation.js';
import { percent, percentRange, short, withCommas } from './numbers.js';

export interface TextTable {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: ReadonlyArray<readonly string[]>;
}

/** All tables for which the evaluations have figures. */
export function evaluationTables(evaluations: readonly Evaluation[]): TextTable[] {
  return [basics(evaluations), ...evaluations.flatMap((evaluation) => [...degraded(evaluation), ...medleys(evaluation), ...notMusic(evaluation), ...alike(evaluation)]), ...outside(evaluations)];
}

function basics(evaluations: readonly Evaluation[]): TextTable {
  const row = (name: string, value: (evaluation: Evaluation) => string): string[] => [name, ...evaluations.map(value)];
  const seconds = Object.keys(evaluations[0]!.accuracyAfterS);
  return {
    caption: 'Live pipeline, block by block, smoothing included',
    head: ['', ...evaluations.map(nameOf)],
    rows: [
      row('tracks', ({ tracks }) => withCommas(tracks)),
      row('accuracy, whole tracks (95 %)', ({ trackAccuracy, trackAccuracy95 }) => interval(trackAccuracy, trackAccuracy95)),
      row('accuracy, 4 s excerpts', ({ segmentAccuracy }) => percent(segmentAccuracy)),
      row('macro F1', ({ macroF1 }) => percent(macroF1)),
      row(`accuracy after ${seconds.join(', ')} s`, ({ accuracyAfterS }) => `${seconds.map((second) => (accuracyAfterS[second] === undefined ? '–' : (100 * accuracyAfterS[second]).toFixed(0))).join(', ')}\u00a0%`),
      row('median time to the correct genre', ({ medianTimeToCorrectMs }) => inSeconds(medianTimeToCorrectMs)),
      row('genre changes per minute', ({ flipsPerMinute }) => flipsPerMinute.toFixed(2)),
      row('expected calibration error', ({ ece }) => ece.toFixed(3)),
    ],
  };
}

function degraded(evaluation: Evaluation): TextTable[] {
  if (evaluation.degraded === undefined) return [];
  return [{
    caption: `Degraded sound: ${nameOf(evaluation)}, ${withCommas(evaluation.tracks)} tracks; differences to clean sound in points`,
    head: ['sound', 'accuracy, whole tracks (95 %)', 'difference', 'accuracy, 4 s excerpts', 'difference', 'tracks lost, gained'],
    rows: [
      ['clean', interval(evaluation.trackAccuracy, evaluation.trackAccuracy95), '', percent(evaluation.segmentAccuracy), '', ''],
      ...Object.entries(evaluation.degraded).map(([name, figures]) => [
        name, interval(figures.trackAccuracy, figures.trackAccuracy95), signed(figures.trackDifference), percent(figures.segmentAccuracy), signed(figures.segmentDifference), `${figures.tracksLost}, ${figures.tracksGained}`,
      ]),
    ],
  }];
}

function medleys(evaluation: Evaluation): TextTable[] {
  if (evaluation.medleys === undefined) return [];
  const { medleys: count, minutes, all, rightAlone, extraFlipsPerMinute } = evaluation.medleys;
  const row = (name: string, { changes, medianMs, p90Ms, neverShown }: typeof all): string[] => [name, withCommas(changes), inSeconds(medianMs), inSeconds(p90Ms), percent(neverShown)];
  return [{
    caption: `Changes of genre: ${withCommas(count)} medleys, ${minutes.toFixed(0)} minutes, ${nameOf(evaluation)}; ${extraFlipsPerMinute.toFixed(2)} false changes per minute`,
    head: ['change to', 'changes', 'median delay', '90 % within', 'never shown'],
    rows: [row('any track', all), row('tracks classified correctly on their own', rightAlone)],
  }];
}

function notMusic(evaluation: Evaluation): TextTable[] {
  if (evaluation.notMusic === undefined || typeof evaluation.notMusic === 'string') return [];
  const { tracks: [music = 0, speech = 0, noise = 0], auroc, blockAuroc, musicCalledNotMusic, musicBlocksCalledNotMusic, notMusicCalledMusic, notMusicBlocksCalledMusic } = evaluation.notMusic;
  const area = (value: number | null): string => (value === null ? '–' : value.toFixed(3));
  const share = (value: number, count: number): string => interval(value, wilson95(value, count));
  return [{
    caption: `Music against speech and noise: ${nameOf(evaluation)}, ${withCommas(music)} tracks of music, ${withCommas(speech)} of speech, ${withCommas(noise)} of noise`,
    head: ['', 'whole tracks', 'blocks'],
    rows: [
      ['AUROC, music against everything else', area(auroc.all), area(blockAuroc.all)],
      ['against speech', area(auroc.speech), area(blockAuroc.speech)],
      ['against noise', area(auroc.noise), area(blockAuroc.noise)],
      ['music classified as something else', share(musicCalledNotMusic, music), percent(musicBlocksCalledNotMusic)],
      ['speech and noise classified as music', share(notMusicCalledMusic, speech + noise), percent(notMusicBlocksCalledMusic)],
    ],
  }];
}

function alike(evaluation: Evaluation): TextTable[] {
  if (evaluation.alike === undefined || typeof evaluation.alike === 'string') return [];
  const { tracks, neighbours, embedding, mfcc, random } = evaluation.alike;
  return [{
    caption: `Tracks alike: the ${neighbours} nearest of ${withCommas(tracks)} tracks, ${nameOf(evaluation)}, artists apart`,
    head: ['nearest by', 'of the same genre'],
    rows: [['embedding', percent(embedding)], ['mean MFCCs', percent(mfcc)], ['at random', percent(random)]],
  }];
}

function outside(evaluations: readonly Evaluation[]): TextTable[] {
  const measured = evaluations.flatMap((evaluation) => (typeof evaluation.outside === 'object' ? [{ name: nameOf(evaluation), ...evaluation.outside }] : []));
  if (measured.length === 0) return [];
  const area = (value: number | null): string => (value === null ? '–' : value.toFixed(3));
  return [{
    caption: `Music of none of the labels: ${withCommas(measured[0]!.tracks[1])} such tracks against labelled ones`,
    head: ['labelled tracks', 'AUROC, tracks', 'AUROC, blocks', 'labelled blocks shown as `unknown`', 'other blocks shown as `unknown`'],
    rows: measured.map(({ name, auroc, blockAuroc, labelledShownUnknown, outsideShownUnknown }) => [name, area(auroc), area(blockAuroc), percent(labelledShownUnknown), percent(outsideShownUnknown)]),
  }];
}

/** One table for each data folder, from its first evaluation. */
export function genreTables(evaluations: readonly Evaluation[]): TextTable[] {
  return evaluations.filter(({ data }, index) => evaluations.findIndex((other) => other.data === data) === index).map(genreTable);
}

function genreTable(evaluation: Evaluation): TextTable {
  return {
    caption: `Each genre: ${nameOf(evaluation)}`,
    head: ['genre', 'precision', 'recall', 'F1', 'tracks', 'recall, 95 %'],
    rows: Object.entries(evaluation.perGenre).map(([genre, { precision, recall, f1, support }]) => [genre, percent(precision), percent(recall), percent(f1), withCommas(support), percentRange(wilson95(recall, support))]),
  };
}

export function costTable({ machine, points }: NonNullable<ReportData['cost']>): TextTable {
  const optional = (value: number | undefined): string => (value === undefined ? '–' : short(value));
  return {
    caption: `Networks and their cost: CPU ms per second of audio; ${machine}`,
    head: ['network', 'parameters', 'M multiply-adds per second', 'batch of 64', 'batch of 1', 'recomputed over 4 s, batch of 64', 'recomputed over 4 s, batch of 1', 'accuracy, valid tracks'],
    rows: [...points].sort((a, b) => a.msBatch64 - b.msBatch64).map(({ name, parameters, multiplyAddsPerSecond, msBatch64, msBatch1, msRecomputed, msRecomputed1, accuracy, shipped }) => [
      shipped ? `${name} (shipped)` : name, withCommas(parameters), (multiplyAddsPerSecond / 1e6).toFixed(2), short(msBatch64), optional(msBatch1), optional(msRecomputed), optional(msRecomputed1), accuracy === undefined ? '–' : percent(accuracy),
    ]),
  };
}

/** Pareto front of delay and changes, sorted by delay; of equal points one is kept, preferably the shipped one. */
export function paretoFront(points: NonNullable<ReportData['tradeOff']>): NonNullable<ReportData['tradeOff']> {
  const sorted = [...points].sort((a, b) => a.delayS - b.delayS || a.flipsPerMinute - b.flipsPerMinute || Number(b.shipped) - Number(a.shipped));
  let fewest = Infinity;
  return sorted.filter(({ flipsPerMinute }) => {
    const isBetter = flipsPerMinute < fewest;
    fewest = Math.min(fewest, flipsPerMinute);
    return isBetter;
  });
}

/** The shipped settings and the Pareto front. */
export function tradeOffTable(evaluations: readonly Evaluation[]): TextTable[] {
  const { tradeOff: points, tradeOffDelay } = tradeOffOf(evaluations);
  if (points === undefined) return [];
  const shown = [...points.filter(({ shipped }) => shipped), ...paretoFront(points).filter(({ shipped }) => !shipped)];
  return [{
    caption: `Smoothing: the shipped settings and the Pareto-optimal ones of ${points.length}`,
    head: ['time constant, margin, hold', tradeOffDelay!, 'changes per minute'],
    rows: shown.map(({ settings, delayS, flipsPerMinute, shipped }) => [shipped ? `${settings} (shipped)` : settings, `${delayS.toFixed(1)} s`, flipsPerMinute.toFixed(2)]),
  }];
}

/** Trade-off points from a sweep of smoothing settings; settings without a finite delay are left out. */
export function tradeOffOf(evaluations: readonly Evaluation[]): Pick<ReportData, 'tradeOff' | 'tradeOffDelay'> {
  const sweep = evaluations.find((evaluation) => evaluation.sweep !== undefined)?.sweep;
  if (sweep === undefined) return {};
  return {
    tradeOffDelay: sweep.delay === 'medianMedleyDelayMs' ? 'median delay after a change of genre' : 'median time to the correct genre',
    tradeOff: sweep.points.flatMap(({ timeConstantMs, margin, holdMs, flipsPerMinute, isModels, ...delays }) => {
      const delayMs = delays[sweep.delay];
      return delayMs === null ? [] : [{ settings: `${timeConstantMs} ms, margin ${margin}, hold ${holdMs} ms`, flipsPerMinute, delayS: delayMs / 1000, shipped: isModels }];
    }),
  };
}

function nameOf({ data, split, source }: Evaluation): string {
  return `${data === undefined ? '' : `${data} `}${split}, ${source === 'levels' ? 'stored levels' : 'from audio'}`;
}

function interval(share: number, [low, high]: readonly [number, number]): string {
  return `${percent(share)} (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
}

function signed(points: number): string {
  return `${points > 0 ? '+' : points < 0 ? '−' : ''}${Math.abs(points).toFixed(1)}`;
}

function inSeconds(ms: number | null): string {
  return ms === null ? 'never' : `${(ms / 1000).toFixed(1)} s`;
}
