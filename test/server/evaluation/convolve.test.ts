import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { convolve } from '../../../server/evaluation/convolve.js';
import { noise } from '../../dsp/signals.js';

test('overlap-add equals the convolution sum for any lengths', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 40 }), fc.nat(), (length, taps, seed) => {
    const signal = noise(length, seed);
    const response = noise(taps, seed + 1);
    const result = convolve(signal, response);
    assert.is(result.length, length + taps - 1);
    for (let n = 0; n < result.length; n++) {
      let sum = 0;
      for (let k = Math.max(0, n - length + 1); k <= Math.min(n, taps - 1); k++) sum += response[k]! * signal[n - k]!;
      assert.ok(Math.abs(result[n]! - sum) < 1e-4, `at ${n}`);
    }
  }));
});

test('an empty signal gives an empty result', () => {
  assert.is(convolve(new Float32Array(0), noise(5, 1)).length, 0);
});

test.run();
