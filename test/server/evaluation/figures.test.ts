/** Figures of small hand-made tracks, with values computed by hand. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { figuresOf } from '../../../server/evaluation/figures.js';
import type { TrackResult } from '../../../server/evaluation/classify-tracks.js';
import { LABELS, blocks } from './letter-blocks.js';

const track = (truth: number, shown: string, p?: number): TrackResult => ({ id: shown, truth, blocks: blocks(shown, p), excerpts: [blocks(shown.slice(0, 3), p)] });
const figures = (...results: TrackResult[]) => figuresOf(results, LABELS, { data: 'd', split: 's', source: 'levels' });

test('tracks and excerpts are classified by their mean log score', () => {
  const { tracks, trackAccuracy, segmentAccuracy, confusion, perGenre, trackAccuracy95 } = figures(track(0, 'AAbbbbbbbb'), track(1, 'BBbbbbbbbb'), track(0, 'aaaaaaaaaa'));
  assert.is(tracks, 3);
  assert.is(trackAccuracy, 2 / 3);
  assert.is(segmentAccuracy, 1, 'the first three blocks of the first track are mostly right');
  assert.equal(confusion, [[1, 1], [0, 1]]);
  assert.equal(perGenre['b'], { precision: 0.5, recall: 1, f1: 2 / 3, support: 1 });
  assert.ok(trackAccuracy95[0] > 0.2 && trackAccuracy95[1] < 0.95);
});

test('silence, speech and noise don’t affect the genre unless there is nothing else', () => {
  assert.is(figures(track(1, 'sss--??BBb')).trackAccuracy, 1, 'the earlier blocks favour the other genre');
  assert.is(figures(track(0, '----------')).trackAccuracy, 1);
});

test('accuracy after some seconds uses the last block that ends by then', () => {
  const { accuracyAfterS } = figures(track(0, 'BBAabbbb'), track(1, 'BBBbbbbb'));
  assert.is(accuracyAfterS['1'], 0.5);
  assert.is(accuracyAfterS['2'], 1);
  assert.is(accuracyAfterS['3'], 0.5);
  assert.is(accuracyAfterS['30'], 0.5, 'a shorter track keeps its last genre');
});

test('the time to the correct genre requires it to stay for five seconds', () => {
  assert.is(figures(track(0, 'AAbbaaaaaaaaaaaa')).medianTimeToCorrectMs, 2500);
  assert.is(figures(track(0, 'AAaaabaaaaaaaaaaaaa')).medianTimeToCorrectMs, 3500);
  assert.is(figures(track(0, 'AAaaa')).medianTimeToCorrectMs, null, 'the track ends too soon');
  assert.is(figures(track(0, 'AAaaaaaaaaaaaaa'), track(0, 'bbbbbbbbbbbbbbbb')).medianTimeToCorrectMs, 1500, 'a misclassified track has no time');
});

test('flips are changes of the shown genre, also across silence', () => {
  const results = track(0, 'ABABaabba--baa');
  assert.ok(Math.abs(figures(results).flipsPerMinute - 4 / (7 / 60)) < 1e-9);
});

test('calibration compares confidence with accuracy', () => {
  assert.ok(Math.abs(figures(track(0, 'aaaaaaabbb', 0.7)).ece) < 1e-6);
  assert.ok(Math.abs(figures(track(0, 'bbbbbbbbbb', 0.7)).ece - 0.7) < 1e-6);
});

test('the reliability bins are returned', () => {
  const { calibration } = figures(track(0, 'aaaaaaabbb', 0.7), track(0, 'AAAAA'));
  assert.is(calibration.length, 1, 'warm-up blocks have no confidence');
  assert.ok(Math.abs(calibration[0]!.confidence - 0.7) < 1e-6);
  assert.equal([calibration[0]!.accuracy, calibration[0]!.count], [0.7, 10]);
});

test.run();
