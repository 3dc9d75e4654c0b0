/** Figures of a report are derived from the scores of tracks. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { trackLevels } from '../../../../models/packs/pack.js';
import { reportSchema } from '../../../../models/training/report/data.js';
import { reportData } from '../../../../models/training/report/derive.js';
import { meanScores, trackAccuracy } from '../../../../models/training/track-scores.js';
import { sampleReport, sampleSource } from './sample.js';

const near = (a: number, b: number, within = 1e-6): void => assert.ok(Math.abs(a - b) < within, `${a} is not ${b}`);

/** Report of one track of the first label: probabilities per block, after `ignored` unscored ones. */
function oneTrack(blocks: readonly number[][], uncounted = 0) {
  const source = sampleSource();
  return reportData({ ...source, valid: { pack: source.valid.pack, tracks: [{ ...source.valid.pack.tracks[0]!, columns: 4 * (uncounted + blocks.length) }], scores: [{ truth: 0, logScores: Float32Array.from(blocks.flat(), Math.log) }] } });
}

test('the accuracy equals trackAccuracy, and the confusion matrix agrees', () => {
  const { scores } = sampleSource().valid;
  const { figures, tracks } = sampleReport();
  assert.is(figures.accuracy, trackAccuracy(scores, 3));
  assert.is(figures.confusion.flat().reduce((sum, count) => sum + count, 0), 12);
  assert.is(figures.confusion[0]![0]! + figures.confusion[1]![1]! + figures.confusion[2]![2]!, Math.round(figures.accuracy * 12));
  assert.is(tracks[2]!.answer, 0);
  assert.is(figures.confusion[2]![0], 1);
  figures.perGenre.forEach(({ support, recallInterval: [low, high], recall }) => assert.ok(support === 4 && low >= 0 && low < recall + 1e-9 && recall < high + 1e-9 && high <= 1));
});

test('confidence uses the temperature, for blocks and for tracks', () => {
  const { tracks, calibration } = sampleReport();
  const { scores } = sampleSource().valid;
  const powers = [...meanScores(scores[0]!.logScores, 3)].map((score) => Math.exp(score / 1.5));
  near(tracks[0]!.p, Math.max(...powers) / powers.reduce((sum, power) => sum + power, 0));
  assert.is(calibration.calibrated.bins.reduce((sum, { count }) => sum + count, 0), 12 * 35);
  assert.is(calibration.crossFittedEce, 0.0417);
  const mean = ({ bins }: typeof calibration.raw): number => bins.reduce((sum, { count, confidence }) => sum + count * confidence, 0) / (12 * 35);
  assert.ok(mean(calibration.calibrated) < mean(calibration.raw), 'a temperature above 1 lowers confidence');
});

test('correct now and correct for good are distinguished', () => {
  const right = [0.8, 0.1, 0.1];
  const wrong = [0.05, 0.9, 0.05];
  const { overTime, medianSettledS, model } = oneTrack([right, wrong, wrong, right, right, right, right]);
  assert.equal(overTime.map((point) => point.right), [1, 0, 0, 0, 1, 1, 1]);
  assert.equal(overTime.map(({ settled }) => settled), [0, 0, 0, 0, 1, 1, 1]);
  near(medianSettledS!, 5 * model.blockS);
  near(overTime[0]!.seconds, (4 * 1920) / 22050);
});

test('the curve ends at the accuracy, and a track that is never correct has no time', () => {
  const { overTime, figures, medianSettledS } = sampleReport();
  near(overTime.at(-1)!.right, figures.accuracy);
  near(overTime.at(-1)!.settled, figures.accuracy);
  assert.ok(medianSettledS! > 0);
  assert.is(oneTrack([[0.1, 0.8, 0.1]]).medianSettledS, null);
});

test('an example is the excerpt where the wrong genre was most probable, with its levels', () => {
  const { pack } = sampleSource().valid;
  const unsure = [0.4, 0.5, 0.1];
  const sure = [0.05, 0.9, 0.05];
  const blocks = Array.from({ length: 35 }, (_, block) => (block >= 3 && block < 32 ? sure : unsure));
  const { examples, model } = oneTrack(blocks);
  const [example] = examples;
  assert.is(examples.length, 1);
  assert.equal([example!.truth, example!.answer], [0, 1]);
  assert.is(example!.blocks.length, 29, 'ten seconds');
  near(example!.fromS, 3 * model.blockS);
  assert.ok(example!.blocks.every(({ answer, truth }) => answer > 0.7 && truth < 0.2));
  const bytes = Buffer.from(example!.levels, 'base64');
  assert.equal(new Uint8Array(bytes), trackLevels(pack, pack.tracks[0]!).slice(3 * 4 * 64, 32 * 4 * 64));
});

test('blocks at the start without scores are ignored but keep their time', () => {
  const { overTime, medianSettledS, examples: [example], model } = oneTrack([[0.1, 0.8, 0.1], [0.1, 0.8, 0.1]], 5);
  overTime.forEach(({ seconds }, index) => near(seconds, (6 + index) * model.blockS));
  assert.is(medianSettledS, null);
  near(example!.fromS, 5 * model.blockS);
  near(oneTrack([[0.8, 0.1, 0.1]], 5).medianSettledS!, 6 * model.blockS);
});

test('each pair of genres has one example, the most confident first', () => {
  const { examples } = sampleReport();
  assert.ok(examples.some(({ id, truth, answer }) => id === 'valid2' && truth === 2 && answer === 0));
  assert.is(new Set(examples.map(({ truth, answer }) => `${truth} ${answer}`)).size, examples.length);
  examples.slice(1).forEach(({ p }, index) => assert.ok(p <= examples[index]!.p));
});

test('derived data is valid run.json', () => {
  const data = sampleReport();
  assert.equal(reportSchema.parse(JSON.parse(JSON.stringify(data))), data);
});

test('a different number of scores and tracks is rejected', () => {
  const source = sampleSource();
  assert.throws(() => reportData({ ...source, valid: { ...source.valid, scores: source.valid.scores.slice(1) } }), /11 for 12 tracks/);
});

test.run();
