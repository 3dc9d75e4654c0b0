import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rms } from '../../../dsp/descriptors/rms.js';
import { tone } from '../signals.js';
import { columnsOf, testAgainstLibrosa } from './columns.js';

testAgainstLibrosa('rms', (samples) => columnsOf(samples).map((column) => rms(column.samples)));

test('the RMS of a sine is √½, of a constant its absolute value', () => {
  assert.ok(Math.abs(rms(tone(2000, 10, 2000)) - Math.SQRT1_2) < 1e-7);
  assert.is(rms(new Float32Array(64).fill(-0.25)), 0.25);
  assert.is(rms(new Float32Array(64)), 0);
});

test.run();
