import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { accuracy, confusionMatrix, expectedCalibrationError, genreScores, macroF1, median, wilson95 } from '../../models/metrics.js';

const TRUTHS = [0, 0, 0, 1, 1, 2];
const ANSWERS = [0, 0, 1, 1, 1, 0];

test('the confusion matrix has a row for each truth', () => {
  assert.equal(confusionMatrix(TRUTHS, ANSWERS, 3), [[2, 1, 0], [0, 2, 0], [1, 0, 0]]);
  assert.is(accuracy(TRUTHS, ANSWERS), 4 / 6);
});

test('precision, recall and F1 follow from it', () => {
  const scores = genreScores(confusionMatrix(TRUTHS, ANSWERS, 3));
  assert.equal(scores[1], { precision: 2 / 3, recall: 1, f1: 0.8, support: 2 });
  assert.equal(scores[2], { precision: 0, recall: 0, f1: 0, support: 1 });
  assert.ok(Math.abs(macroF1(scores) - (2 / 3 + 0.8) / 3) < 1e-12);
});

test('the interval of 8 in 10 is the one in Wilson’s tables', () => {
  const [low, high] = wilson95(0.8, 10);
  assert.is(low.toFixed(4), '0.4902');
  assert.is(high.toFixed(4), '0.9433');
});

test('calibration error is 0 for honest confidence and its excess for boasting', () => {
  const isRight = Array.from({ length: 100 }, (_, index) => index < 70);
  assert.ok(expectedCalibrationError(isRight.map(() => 0.7), isRight) < 1e-9);
  assert.ok(Math.abs(expectedCalibrationError(isRight.map(() => 0.95), isRight) - 0.25) < 1e-9);
});

test('the median takes the middle', () => {
  assert.is(median([3, 1, 2]), 2);
  assert.is(median([4, 1, 2, 3]), 2.5);
  assert.is(median([]), undefined);
});

test.run();
