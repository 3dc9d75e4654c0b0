/** Figures are inserted from files into cards, only between the markers. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CARD_MARKERS, cardFigures, newCard, withFigures } from '../../../../models/training/report/card-text.js';
import { withAccuracy } from '../../../../models/training/report/cost-points.js';
import { commandOf, evaluationSchema, readEvaluations, type Evaluation } from '../../../../models/training/report/evaluation.js';
import { paretoFront, tradeOffOf } from '../../../../models/training/report/evaluation-tables.js';
import { page } from '../../../../models/training/report/page.js';
import { readRun, writeReport } from '../../../../models/training/report/write.js';
import { randomBundle } from '../../fixtures.js';
import { sampleReport } from './sample.js';

const basic = {
  trackAccuracy: 0.62, trackAccuracy95: [0.55, 0.69] as [number, number], segmentAccuracy: 0.556, macroF1: 0.61,
  accuracyAfterS: { 1: 0.41, 5: 0.57 }, medianTimeToCorrectMs: 2090, flipsPerMinute: 1.373, ece: 0.03,
};
const delays = { changes: 122, medianMs: 7700, p90Ms: null, neverShown: 0.0333 };
const full: Evaluation = {
  ...basic,
  data: 'gtzan',
  split: 'valid',
  source: 'audio',
  tracks: 197,
  perGenre: { 'drum | bass': { precision: 0.5, recall: 0.25, f1: 1 / 3, support: 8 } },
  degraded: { 'mp3-64': { ...basic, trackAccuracy: 0.6, trackDifference: -2.04, segmentDifference: 1, tracksLost: 5, tracksGained: 1 } },
  medleys: { medleys: 60, seed: 1, minutes: 100, all: delays, rightAlone: { ...delays, medianMs: 4900 }, extraFlipsPerMinute: 0.5 },
  notMusic: {
    split: 'valid', tracks: [197, 70, 80], auroc: { all: 0.981, speech: 0.992, noise: 0.97 }, blockAuroc: { all: 0.96, speech: 0.97, noise: 0.95 },
    musicCalledNotMusic: 0.015, musicBlocksCalledNotMusic: 0.02, notMusicCalledMusic: 0.06, notMusicBlocksCalledMusic: 0.08,
  },
  sweep: { delay: 'medianMedleyDelayMs', points: [
    { timeConstantMs: 500, margin: 0.25, holdMs: 2000, flipsPerMinute: 1.37, medianTimeToCorrectMs: 2000, medianMedleyDelayMs: 7700, isModels: true },
    { timeConstantMs: 9000, margin: 0.5, holdMs: 2000, flipsPerMinute: 0.1, medianTimeToCorrectMs: 2000, medianMedleyDelayMs: null, isModels: false },
  ] },
};

test('a card shows the figures of its files', () => {
  const text = cardFigures([{ file: '../../runs/levels.json', evaluations: [full] }], { file: 'network.json', cost: sampleReport().cost! }, 'DATA');
  const lines = text.split('\n');
  for (const line of [
    'npx livegenre evaluate --data DATA/gtzan --split valid --audio --degrade mp3-64 --medleys 60 --seed 1 --sweep --not-music DIR --json',
    '| accuracy, whole tracks (95 %) | 62.0 % (55.0 to 69.0) |',
    '| accuracy after 1, 5 s | 41, 57 % |',
    '| median time to the correct genre | 2.1 s |',
    '| mp3-64 | 60.0 % (55.0 to 69.0) | −2.0 | 55.6 % | +1.0 | 5, 1 |',
    '| any track | 122 | 7.7 s | never | 3.3 % |',
    '| tracks classified correctly on their own | 122 | 4.9 s | never | 3.3 % |',
    '| AUROC, music against everything else | 0.981 | 0.960 |',
    '| music classified as something else | 1.5 % (0.5 to 4.3) | 2.0 % |',
    '| drum \\| bass | 50.0 % | 25.0 % | 33.3 % | 8 | 7.1 to 59.1 % |',
    '| 500 ms, margin 0.25, hold 2000 ms (shipped) | 7.7 s | 1.37 |',
    '| sample (shipped) | 5 | 1.00 | 0.500 | 2.00 | 8.00 | – | 81.3 % |',
  ]) assert.ok(lines.includes(line), `${line}\nis not in\n${text}`);
  assert.match(text, '[levels.json](../../runs/levels.json), [network.json](network.json)');
});

test('two evaluations become two columns, and missing sound kinds are stated', () => {
  const sentence = 'The model has no kinds.';
  const { degraded: _d, medleys: _m, sweep: _s, ...plain } = full;
  const text = cardFigures([{ file: 'a', evaluations: [{ ...plain, notMusic: sentence }] }, { file: 'b', evaluations: [{ ...plain, source: 'levels', ece: 0.07, medianTimeToCorrectMs: null, notMusic: sentence }] }], undefined);
  assert.match(text, '|  | gtzan valid, from audio | gtzan valid, stored levels |');
  assert.match(text, '| expected calibration error | 0.030 | 0.070 |');
  assert.match(text, '| median time to the correct genre | 2.1 s | never |');
  assert.is(text.split(sentence).length, 2);
});

test('two data folders of one output stand side by side, with music of none of the labels', () => {
  const { degraded: _d, medleys: _m, sweep: _s, notMusic: _n, ...plain } = full;
  const outside = { split: 'valid', tracks: [197, 49] as [number, number], auroc: 0.978, blockAuroc: 0.951, labelledShownUnknown: 0.0006, outsideShownUnknown: 0.048 };
  const field: Evaluation = { ...plain, data: 'field', trackAccuracy: 0.53, outside: { ...outside, auroc: null } };
  const text = cardFigures([{ file: 'a', evaluations: [{ ...plain, outside }, field] }], undefined, '../data');
  for (const line of [
    'npx livegenre evaluate --data ../data/gtzan --data ../data/field --split valid --audio --outside DIR --json',
    '|  | gtzan valid, from audio | field valid, from audio |',
    '| accuracy, whole tracks (95 %) | 62.0 % (55.0 to 69.0) | 53.0 % (55.0 to 69.0) |',
    '| gtzan valid, from audio | 0.978 | 0.951 | 0.1 % | 4.8 % |',
    '| field valid, from audio | – | 0.951 | 0.1 % | 4.8 % |',
    'Each genre: field valid, from audio:',
  ]) assert.ok(text.split('\n').includes(line), `${line}\nis not in\n${text}`);
});

test('only the text between the markers is replaced, also when repeated', () => {
  const card = `# A\n\n${CARD_MARKERS[0]}\nold\n${CARD_MARKERS[1]}\n\nEnd $& $1.\n`;
  const once = withFigures(card, 'new $& figures');
  assert.is(once, `# A\n\n${CARD_MARKERS[0]}\n\nnew $& figures\n\n${CARD_MARKERS[1]}\n\nEnd $& $1.\n`);
  assert.is(withFigures(once, 'new $& figures'), once);
});

test('a card with missing or repeated markers is rejected', () => {
  const [begin, end] = CARD_MARKERS;
  for (const card of ['', begin, `${end}${begin}`, `${begin}${end}${end}`, `${begin}${begin}${end}`]) {
    assert.throws(() => withFigures(card, ''), /must contain each of these lines exactly once/);
  }
});

test('a new card describes the model and accepts figures', () => {
  const card = newCard({ ...randomBundle().manifest, name: 'mine', trainedOn: '443 tracks' });
  assert.match(card, /^# mine, version 0\.0\.1\n\n3 genres: label 0, label 1, label 2\.\n/);
  assert.match(card, /1,043 parameters and 0\.04 M multiply-adds/);
  assert.match(card, '443 tracks.');
  assert.match(withFigures(card, 'here they are'), 'here they are');
});

test('a sweep becomes the trade-off, without settings that have no finite delay', () => {
  assert.equal(tradeOffOf([full]), {
    tradeOffDelay: 'median delay after a change of genre',
    tradeOff: [{ settings: '500 ms, margin 0.25, hold 2000 ms', flipsPerMinute: 1.37, delayS: 7.7, shipped: true }],
  });
  assert.equal(tradeOffOf([]), {});
});

test('the Pareto front keeps one of equal points, preferably the shipped one', () => {
  const at = (delayS: number, flipsPerMinute: number, shipped = false) => ({ settings: '', delayS, flipsPerMinute, shipped });
  const front = [at(1, 3), at(2, 2, true), at(5, 1)];
  assert.equal(paretoFront([at(5, 1), at(2, 2), at(1, 3), at(2, 2, true), at(3, 2), at(5, 4), at(6, 1)]), front);
});

test('a network is known again by its size, and this run’s is the shipped one', () => {
  const own = sampleReport();
  const other = { ...own, model: { ...own.model, name: 'other', parameters: 7 }, figures: { ...own.figures, accuracy: 0.5 } };
  const point = { msBatch64: 1, multiplyAddsPerSecond: own.model.multiplyAddsPerSecond, shipped: false };
  const points = withAccuracy([
    { ...point, name: 'whatever', parameters: own.model.parameters },
    { ...point, name: 'larger', parameters: 7 },
    { ...point, name: 'unknown', parameters: 8, shipped: true },
  ], [own, other], own);
  assert.equal(points.map(({ accuracy, shipped }) => [accuracy, shipped]), [[own.figures.accuracy, true], [0.5, false], [undefined, false]]);
  const [kept] = withAccuracy([{ ...point, name: 'whatever', parameters: 8, shipped: true }], [own]);
  assert.is(kept!.shipped, true, 'as the points say, where it is nobody\'s report');
});

test('a written run reads back equal, and the page shows its evaluations', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'livegenre-report-'));
  try {
    const data = { ...sampleReport(), evaluations: [full] };
    assert.is(await writeReport(folder, data), join(folder, 'report.html'));
    assert.equal(await readRun(folder), data);
    const text = await readFile(join(folder, 'report.html'), 'utf8');
    assert.is(text, page(data));
    assert.match(text, 'accuracy, whole tracks (95 %)');
    assert.match(text, '62.0\u00a0% (55.0 to 69.0)');
    assert.match(text, commandOf([full]));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('invalid files are rejected with their name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'livegenre-report-'));
  try {
    const path = join(folder, 'run.json');
    const message = async (work: Promise<unknown>): Promise<string> => work.then(() => '', (error: Error) => error.message);
    assert.match(await message(readRun(folder)), /run\.json can't be read as what training writes/);
    await writeFile(path, '{"format": 2}');
    assert.match(await message(readRun(folder)), /run\.json is not what training writes.*format/s);
    assert.match(await message(readEvaluations(path)), /run\.json is not the output of `livegenre evaluate --json`: 0\.trackAccuracy/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the stored raw runs can be read', async () => {
  const runs = new URL('../../../../../test/bench/runs/2026-11-21-epyc/', import.meta.url);
  const parsed = evaluationSchema.parse(JSON.parse(await readFile(new URL('evaluate-valid-levels.json', runs), 'utf8')));
  assert.is(parsed.tracks, 197);
});

test.run();
