import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { centroidHz } from '../../../dsp/descriptors/centroid.js';
import { BIN_HZ, columnsOf, spectrumOf, testAgainstLibrosa } from './columns.js';

testAgainstLibrosa('centroid', (samples) => columnsOf(samples).map(({ magnitude }) => centroidHz(magnitude, BIN_HZ)));

test('the centroid is the mean frequency weighted by magnitude', () => {
  assert.is(centroidHz(spectrumOf({ 100: 3 }), 10), 1000);
  assert.is(centroidHz(spectrumOf({ 100: 1, 300: 1 }), 10), 2000);
  assert.is(centroidHz(spectrumOf({ 100: 3, 300: 1 }), 10), 1500);
  assert.is(centroidHz(spectrumOf({}), 10), 0);
});

test.run();
