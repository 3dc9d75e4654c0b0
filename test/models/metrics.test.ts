import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { accuracy, auroc, confusionMatrix, expectedCalibrationError, genreScores, macroF1, median, quantile, reliabilityBins, wilson95 } from '../../models/metrics.js';

const TRUTHS = [0, 0, 0, 1, 1, 2];
const ANSWERS = [0, 0, 1, 1, 1, 0];

test('the confusion matrix has a row per true label', () => {
  assert.equal(confusionMatrix(TRUTHS, ANSWERS, 3), [[2, 1, 0], [0, 2, 0], [1, 0, 0]]);
  assert.is(accuracy(TRUTHS, ANSWERS), 4 / 6);
});

test('precision, recall and F1 are computed from the confusion matrix', () => {
  const scores = genreScores(confusionMatrix(TRUTHS, ANSWERS, 3));
  assert.equal(scores[1], { precision: 2 / 3, recall: 1, f1: 0.8, support: 2 });
  assert.equal(scores[2], { precision: 0, recall: 0, f1: 0, support: 1 });
  assert.ok(Math.abs(macroF1(scores) - (2 / 3 + 0.8) / 3) < 1e-12);
});

test('the interval of 8 in 10 agrees with published tables', () => {
  const [low, high] = wilson95(0.8, 10);
  assert.is(low.toFixed(4), '0.4902');
  assert.is(high.toFixed(4), '0.9433');
});

test('calibration error is 0 for calibrated confidence, and the excess for overconfidence', () => {
  const isRight = Array.from({ length: 100 }, (_, index) => index < 70);
  assert.ok(expectedCalibrationError(isRight.map(() => 0.7), isRight) < 1e-9);
  assert.ok(Math.abs(expectedCalibrationError(isRight.map(() => 0.95), isRight) - 0.25) < 1e-9);
});

test('a reliability bin has mean confidence and accuracy', () => {
  const bins = reliabilityBins([0.12, 0.14, 0.95, 1, 0.91], [false, true, true, true, false], 10);
  assert.is(bins.length, 2, 'empty bins are left out');
  assert.ok(Math.abs(bins[0]!.confidence - 0.13) < 1e-12);
  assert.equal([bins[0]!.accuracy, bins[0]!.count], [0.5, 2]);
  assert.equal([bins[1]!.accuracy, bins[1]!.count], [2 / 3, 3]);
});

test('the area under the ROC curve agrees with the scikit-learn manual', () => {
  // roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
  assert.is(auroc([0.35, 0.8], [0.1, 0.4]), 0.75);
  assert.is(auroc([0.5, 0.5], [0.5]), 0.5, 'ties count half');
  assert.is(auroc([], [0.5]), undefined);
});

test('the area is the share of correctly ordered pairs, with ties', () => {
  const scores = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 30 });
  fc.assert(fc.property(scores, scores, (positives, negatives) => {
    const pairs = positives.flatMap((positive) => negatives.map((negative): number => positive > negative ? 1 : positive === negative ? 0.5 : 0));
    assert.ok(Math.abs(auroc(positives, negatives)! - pairs.reduce((sum, pair) => sum + pair, 0) / pairs.length) < 1e-9);
  }));
});

test('a quantile is interpolated as in numpy', () => {
  // numpy.percentile([1, 2, 3, 4, 10], 90) is 7.6
  assert.ok(Math.abs(quantile([10, 1, 2, 4, 3], 0.9)! - 7.6) < 1e-12);
  assert.is(quantile([1, Infinity, Infinity, Infinity], 0.9), Infinity);
  assert.is(quantile([], 0.9), undefined);
});

test('the median of odd, even and no values', () => {
  assert.is(median([3, 1, 2]), 2);
  assert.is(median([4, 1, 2, 3]), 2.5);
  assert.is(median([]), undefined);
});

test.run();
