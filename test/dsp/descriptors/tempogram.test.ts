import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import { onsetEnvelope } from '../../../dsp/descriptors/onset-strength.js';
import { Tempogram, TEMPOGRAM_LAGS, tempogramOf } from '../../../dsp/descriptors/tempogram.js';
import { hasGolden } from '../golden.js';
import { noise } from '../signals.js';
import { clickTrack, SAMPLE_RATE, testAgainstLibrosa } from './columns.js';

testAgainstLibrosa('tempogram', (samples) => tempogramOf(onsetEnvelope(samples, SAMPLE_RATE)), hasGolden ? ['song'] : []);

test('a column agrees with the direct autocorrelation under a Hann window', () => {
  fc.assert(fc.property(fc.integer({ min: 4, max: 60 }), fc.integer({ min: -70, max: 110 }), fc.nat(1000), (lags, from, seed) => {
    const envelope = noise(100, seed).map(Math.abs);
    const segment = Array.from({ length: lags }, (_, i) => (envelope[from + i] ?? 0) * Math.sin((Math.PI * i) / lags) ** 2);
    const sums = segment.map((_, lag) => segment.reduce((sum, value, i) => sum + value * (segment[i + lag] ?? 0), 0));
    const out = new Float32Array(lags);
    new Tempogram(lags).column(envelope, from, out);
    sums.forEach((sum, lag) => assert.ok(Math.abs(out[lag]! - (sums[0]! > 0 ? sum / sums[0]! : 0)) < 1e-5, `lag ${lag}`));
  }), { numRuns: 50 });
});

test('the tempogram of clicks is high at multiples of their period and low between them', () => {
  const bpm = (60 * SAMPLE_RATE) / (512 * 20); // every 20 values: 129.2
  const columns = tempogramOf(onsetEnvelope(clickTrack(bpm), SAMPLE_RATE));
  const middle = columns.subarray(400 * TEMPOGRAM_LAGS, 401 * TEMPOGRAM_LAGS);
  assert.is(middle[0], 1);
  for (const lag of [20, 40, 60, 80]) {
    assert.ok(middle[lag]! > 0.6, `lag ${lag}: ${middle[lag]}`);
    assert.ok(middle[lag + 10]! < 0.05, `lag ${lag + 10}: ${middle[lag + 10]}`);
  }
});

test('without onsets the tempogram is 0', () => {
  assert.is(Math.max(...tempogramOf(new Float32Array(50), 16)), 0);
});

test.run();
