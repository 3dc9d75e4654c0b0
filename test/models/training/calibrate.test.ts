/** The temperature makes honest what is reported. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { crossFittedError, fitTemperature } from '../../../models/training/calibrate.js';

test('cross-fitting measures a temperature on tracks that it was not fitted on', () => {
  // Sure of 0.73 and right in three of four: nearly honest. Sure of 0.98 in the last track alone, and wrong.
  const scores = Array.from({ length: 20 }, (_, index) => ({ truth: index % 4 === 3 ? 1 : 0, logScores: Float32Array.from([Math.log(0.75), Math.log(0.25)]) }));
  assert.ok(Math.abs(fitTemperature(scores, 2) - 1) < 0.01);
  const error = crossFittedError(scores, 2);
  assert.ok(error < 0.1, `${error}`);
  assert.ok(crossFittedError(scores.map((score, index) => (index < 4 ? { ...score, truth: 1 } : score)), 2) > error);
});

test('a running mean is fitted as it is reported: sharper, where blocks disagree', () => {
  // Each block is sure of one of two labels, the true one in three of four: their mean is 0.75 once sharp.
  const logScores = Float32Array.from({ length: 80 }, (_, index) => Math.log((Math.floor(index / 2) % 4 === 3) === (index % 2 === 0) ? 0.3 : 0.7));
  const scores = Array.from({ length: 20 }, (_, index) => ({ truth: index % 4 === 3 ? 1 : 0, logScores }));
  const [plain, mean] = [fitTemperature(scores, 2), fitTemperature(scores, 2, 0.05)];
  assert.ok(mean < 0.8 * plain, `${plain}, ${mean}`);
});

test.run();
