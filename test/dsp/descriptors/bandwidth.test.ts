import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bandwidthHz } from '../../../dsp/descriptors/bandwidth.js';
import { centroidHz } from '../../../dsp/descriptors/centroid.js';
import { BIN_HZ, columnsOf, spectrumOf, testAgainstLibrosa } from './columns.js';

testAgainstLibrosa('bandwidth', (samples) => columnsOf(samples).map(({ magnitude }) => bandwidthHz(magnitude, BIN_HZ, centroidHz(magnitude, BIN_HZ))));

test('the bandwidth is the standard deviation around the centroid', () => {
  assert.is(bandwidthHz(spectrumOf({ 100: 3 }), 10, 1000), 0);
  assert.is(bandwidthHz(spectrumOf({ 100: 1, 300: 1 }), 10, 2000), 1000);
  assert.is(bandwidthHz(spectrumOf({ 100: 3, 300: 1 }), 10, 1500), Math.sqrt((3 * 500 ** 2 + 1500 ** 2) / 4));
  assert.is(bandwidthHz(spectrumOf({}), 10, 0), 0);
});

test.run();
