import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import { FEATURES, FeatureRows, type FeatureName } from '../../../dsp/descriptors/feature-rows.js';
import { bpmOfTempo } from '../../../dsp/descriptors/recent-tempogram.js';
import { FRONT_END_V1, MelColumns } from '../../../dsp/mel/mel-columns.js';
import { cutAt, noise } from '../signals.js';
import { clickTrack, testAgainstLibrosa } from './columns.js';

const NAMES = Object.keys(FEATURES) as FeatureName[];

function rowsOf(samples: Float32Array, frontEnd = FRONT_END_V1, cuts: readonly number[] = []): Record<FeatureName, Float32Array> {
  const rows = new FeatureRows(frontEnd, NAMES);
  for (const part of cutAt(samples, cuts)) rows.push(part);
  return rows.rows() as Record<FeatureName, Float32Array>;
}

for (const feature of ['mfcc', 'chroma', 'contrast'] as const) {
  testAgainstLibrosa(feature, (samples) => rowsOf(samples, { ...FRONT_END_V1, hop: 512 })[feature]);
}

test('every feature has a row for each mel column', () => {
  for (const length of [2047, 2048, 2048 + 1919, 2048 + 1920, 600_000]) {
    const samples = noise(length, 1);
    let columns = 0;
    new MelColumns(FRONT_END_V1).push(samples, () => { columns += 1; });
    const rows = rowsOf(samples);
    for (const name of NAMES) assert.is(rows[name].length, columns * FEATURES[name], `${name} of ${length} samples`);
  }
});

test('features are bit-identical for any chunking of the samples', () => {
  const samples = noise(40_000, 2).map((sample, i) => (i % 9000 < 3000 ? sample : sample / 100));
  const whole = rowsOf(samples);
  fc.assert(fc.property(fc.array(fc.nat(samples.length), { maxLength: 12 }), (cuts) => {
    assert.equal(rowsOf(samples, FRONT_END_V1, cuts), whole);
  }), { numRuns: 10 });
});

test('only the requested features are computed', () => {
  const rows = new FeatureRows(FRONT_END_V1, ['chroma']);
  rows.push(noise(5000, 3));
  assert.equal(Object.keys(rows.rows()), ['chroma']);
});

test('the tempogram of clicks peaks at their tempo after some seconds', () => {
  for (const bpm of [90, 120, 150]) {
    const { tempogram } = rowsOf(clickTrack(bpm));
    const row = tempogram.subarray(180 * FEATURES.tempogram, 181 * FEATURES.tempogram);
    // Half and a third of the tempo also match; above 70 only the tempo itself does.
    const values = [...row].map((value, tempo) => (bpmOfTempo(tempo) < 70 ? 0 : value));
    const found = bpmOfTempo(values.indexOf(Math.max(...values)));
    assert.ok(Math.abs(Math.log2(found / bpm)) <= 1 / 24 + 0.02, `${bpm}: ${found}`);
  }
});

test('the tempogram is causal', () => {
  const samples = clickTrack(110, 12);
  const changed = samples.slice();
  const column = 92; // the window of an onset value ends with this column's window, the next one 512 samples later
  changed.set(noise(samples.length, 5).subarray(0, samples.length - (column * 1920 + 2048)), column * 1920 + 2048);
  const end = (column + 1) * FEATURES.tempogram;
  const [before, after] = [rowsOf(samples).tempogram, rowsOf(changed).tempogram];
  assert.equal(after.subarray(0, end), before.subarray(0, end));
  assert.not.equal(after.subarray(end), before.subarray(end));
});

test.run();
