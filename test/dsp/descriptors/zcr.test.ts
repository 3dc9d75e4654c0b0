import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { zeroCrossingRate } from '../../../dsp/descriptors/zcr.js';
import { tone } from '../signals.js';
import { columnsOf, testAgainstLibrosa } from './columns.js';

testAgainstLibrosa('zcr', (samples) => columnsOf(samples).map((column) => zeroCrossingRate(column.samples)));

test('a sine crosses zero twice a period', () => {
  assert.is(zeroCrossingRate(tone(2000, 10, 2000, 0.1)), 20 / 2000);
});

test('only changes of sign are crossings, and near-zero samples have none', () => {
  assert.is(zeroCrossingRate(Float32Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 1 : -1))), 99 / 100);
  assert.is(zeroCrossingRate(new Float32Array(100).fill(-0.5)), 0);
  assert.is(zeroCrossingRate(Float32Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 1 : -1) * 1e-11)), 0);
  assert.is(zeroCrossingRate(new Float32Array([1, 0, 1, -1])), 1 / 4, 'zero counts as positive');
});

test.run();
