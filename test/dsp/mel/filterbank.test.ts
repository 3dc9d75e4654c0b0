import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hzToMel, melFilterbank, melToHz } from '../../../dsp/mel/filterbank.js';
import { goldenArray, hasGolden } from '../golden.js';

/** The filters as a dense matrix, [bands][bins]. */
function dense(bands: number, bins: number, { firstBin, runStart, weights }: ReturnType<typeof melFilterbank>): Float64Array {
  const matrix = new Float64Array(bands * bins);
  for (let band = 0; band < bands; band++) {
    matrix.set(weights.subarray(runStart[band]!, runStart[band + 1]!), band * bins + firstBin[band]!);
  }
  return matrix;
}

if (hasGolden) {
  test('the filters agree with librosa', async () => {
    const { shape, data } = await goldenArray('mel-filterbank');
    assert.equal(shape, [64, 1025]);
    const filters = dense(64, 1025, melFilterbank(22_050, 2048, 64, 30, 11_025));
    for (let i = 0; i < filters.length; i++) {
      // librosa's are float32
      assert.ok(Math.abs(filters[i]! - data[i]!) <= 2e-7 * data[i]! + 1e-9, `weight ${i} is ${filters[i]}, wanted ${data[i]}`);
    }
  });
}

test('the scale is linear up to 1 kHz, and 27 mel per factor of 6.4 above', () => {
  assert.is(hzToMel(0), 0);
  assert.ok(Math.abs(hzToMel(500) - 7.5) < 1e-12);
  assert.ok(Math.abs(hzToMel(1000) - 15) < 1e-12);
  assert.ok(Math.abs(hzToMel(6400) - 42) < 1e-12);
  for (const hz of [0, 30, 999, 1000, 1001, 11_025, 90_000]) assert.ok(Math.abs(melToHz(hzToMel(hz)) - hz) < 1e-9 * (hz + 1));
});

test('a filter much wider than a bin has unit area in Hz', () => {
  const bank = melFilterbank(22_050, 65_536, 20, 0, 11_025);
  for (let band = 0; band < 20; band++) {
    const area = bank.weights.subarray(bank.runStart[band]!, bank.runStart[band + 1]!).reduce((sum, weight) => sum + weight, 0) * (22_050 / 65_536);
    assert.ok(Math.abs(area - 1) < 1e-3, `band ${band} has ${area}`);
  }
});

test('runs contain no zeros, and a filter between two bins is empty', () => {
  const bank = melFilterbank(22_050, 128, 64, 30, 11_025);
  assert.ok(bank.weights.every((weight) => weight > 0));
  const lengths = Array.from({ length: 64 }, (_, band) => bank.runStart[band + 1]! - bank.runStart[band]!);
  assert.ok(lengths.includes(0));
  assert.ok(lengths.every((length) => length >= 0));
});

test.run();
