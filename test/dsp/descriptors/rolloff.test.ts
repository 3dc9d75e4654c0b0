import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rolloffHz } from '../../../dsp/descriptors/rolloff.js';
import { BIN_HZ, columnsOf, spectrumOf, testAgainstLibrosa } from './columns.js';

testAgainstLibrosa('rolloff', (samples) => columnsOf(samples).map(({ magnitude }) => rolloffHz(magnitude, BIN_HZ)));

test('85 % of the magnitude lies below the roll-off', () => {
  assert.is(rolloffHz(new Float64Array(1000).fill(1), 10), 849 * 10); // bins 0 to 849 are 850
  assert.is(rolloffHz(spectrumOf({ 100: 86, 900: 14 }), 10), 1000);
  assert.is(rolloffHz(spectrumOf({ 100: 84, 900: 16 }), 10), 9000);
  assert.is(rolloffHz(spectrumOf({ 1024: 1 }), 10), 10240);
  assert.is(rolloffHz(spectrumOf({}), 10), 0);
});

test.run();
