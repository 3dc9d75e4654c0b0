/** Outputs of the last layer to probabilities. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SOUND_KINDS } from '../../../models/sound-kinds.js';
import { Probabilities } from '../../../models/step/probabilities.js';

const LABELS = ['a', 'b'];
const near = (actual: Float32Array, expected: readonly number[]): void => expected.forEach((value, at) => assert.ok(Math.abs(actual[at]! - value) < 1e-6, `${at}: ${actual[at]}, ${value}`));
const softmax = (...logits: number[]): number[] => {
  const powers = logits.map(Math.exp);
  return powers.map((power) => power / powers.reduce((sum, one) => sum + one, 0));
};

test('labels, kinds and outside of each stream are independent', () => {
  const scores = Float32Array.of(1, 2, 0.5, -1, 3, -2, 0, 4, 1, 1, 1, 0);
  new Probabilities({ labels: LABELS, kinds: SOUND_KINDS, outside: true, calibration: { temperature: 2, kindsTemperature: 0.5 } }).apply(scores);
  near(scores, [...softmax(0.5, 1), ...softmax(1, -2, 6), 1 / (1 + Math.exp(2)), ...softmax(0, 2), ...softmax(2, 2, 2), 0.5]);
});

test('a mixture weighs the logits of two experts by the last output, and leaves kinds and outside alone', () => {
  const row = [1, 2, 0, 1, 0, -1, /* second expert */ 4, -3, /* its share */ Math.log(3)];
  const scores = Float32Array.of(...row, ...row.with(-1, -100));
  new Probabilities({ labels: LABELS, kinds: SOUND_KINDS, outside: true, mixture: true, calibration: { temperature: 1 } }).apply(scores);
  const others = [...softmax(0, 1, 0), 1 / (1 + Math.E)];
  near(scores.subarray(0, 6), [...softmax(0.25 * 1 + 0.75 * 4, 0.25 * 2 + 0.75 * -3), ...others]);
  near(scores.subarray(row.length), [...softmax(1, 2), ...others]);
});

test.run();
