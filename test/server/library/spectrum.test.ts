/** What copies of a recording are known by. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spectrumDifference, SpectrumSums } from '../../../server/library/spectrum.js';

const BANDS = 4;
const level = fc.float({ min: -70, max: 10, noNaN: true });
const columns = fc.array(fc.tuple(level, level, level, level), { minLength: 1, maxLength: 20 }).map((rows) => Float32Array.from(rows.flat()));

function spectrumOf(...parts: readonly (readonly [cells: Float32Array, rmsDb: number])[]): Int16Array | undefined {
  const sums = new SpectrumSums(BANDS);
  for (const [cells, rmsDb] of parts) sums.push(cells, rmsDb);
  return sums.spectrum();
}

test('means without the level of the whole, and deviations, of the lower three quarters of the bands, in hundredths of a dB', () => {
  assert.equal([...spectrumOf([Float32Array.of(-10, -20, -30, -40, -12, -20, -30, 0), -20])!], [933, 33, -967, 100, 0, 0]);
});

test('a change of volume changes nothing, nor does silence before or after', () => {
  fc.assert(fc.property(columns, fc.integer({ min: -9, max: 9 }), (cells, gainDb) => {
    const before = spectrumOf([cells, -20])!;
    const after = spectrumOf([new Float32Array(4 * BANDS).fill(-100), -80], [cells.map((value) => value + gainDb), -20])!;
    assert.ok(spectrumDifference(before, after) < 0.02);
  }));
});

test('stretches add up to the spectrum of all of them', () => {
  fc.assert(fc.property(columns, columns, (one, other) => {
    const [all, second] = [new SpectrumSums(BANDS), new SpectrumSums(BANDS)];
    all.push(one, 0);
    second.push(other, 0);
    all.add(second);
    assert.equal(all.spectrum(), spectrumOf([one, 0], [other, 0]));
  }));
});

test('silence has none, and levels below the floor count as the floor', () => {
  assert.is(spectrumOf([new Float32Array(BANDS), -61]), undefined);
  assert.equal(spectrumOf([Float32Array.of(-90, 0, 0, 0), 0]), spectrumOf([Float32Array.of(-120, 0, 0, 0), 0]));
});

test('the difference is that of all values, and infinite for other bands', () => {
  assert.is(spectrumDifference(Int16Array.of(0, 100), Int16Array.of(100, 0)), 1);
  assert.is(spectrumDifference(Int16Array.of(0), Int16Array.of(0, 0)), Infinity);
});

test.run();
