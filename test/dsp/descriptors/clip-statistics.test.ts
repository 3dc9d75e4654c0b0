import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CLIP_STATISTICS, clipStatistics } from '../../../dsp/descriptors/clip-statistics.js';
import { goldenArray, goldenSamples, goldenSignals, hasGolden } from '../golden.js';
import { noise, tone } from '../signals.js';
import { clickTrack, SAMPLE_RATE } from './columns.js';

const statisticsOf = (samples: Float32Array): Record<string, number> => {
  const values = clipStatistics(samples, SAMPLE_RATE);
  assert.is(values.length, CLIP_STATISTICS.length);
  return Object.fromEntries(CLIP_STATISTICS.map((name, n) => [name, values[n]!]));
};

/** The mean and the variance as their definitions say. */
function momentsOf(values: readonly number[]): { mean: number; var: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, var: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}

/** Names of golden numbers and of columns. */
const GOLDEN = { chroma: 'chroma_stft', rms: 'rms', centroid: 'spectral_centroid', bandwidth: 'spectral_bandwidth', rolloff: 'rolloff', zcr: 'zero_crossing_rate' } as const;

for (const name of hasGolden ? goldenSignals() : []) {
  test(`the statistics of ${name} are those of librosa's columns`, async () => {
    const statistics = statisticsOf(goldenSamples(name));
    const agrees = (column: string, values: readonly number[]): void => {
      const { mean, var: variance } = momentsOf(values);
      // What the variance of rounded values can be off by, beside what they themselves are.
      const scale = Math.max(...values.map(Math.abs));
      assert.ok(Math.abs(statistics[`${column}_mean`]! - mean) <= 1e-5 * (1e-3 + scale), `${column}: mean ${statistics[`${column}_mean`]}, librosa's ${mean}`);
      assert.ok(Math.abs(statistics[`${column}_var`]! - variance) <= 1e-4 * variance + 1e-9 * scale * scale + 1e-12, `${column}: variance ${statistics[`${column}_var`]}, librosa's ${variance}`);
    };
    for (const [golden, column] of Object.entries(GOLDEN)) agrees(column, Array.from((await goldenArray(`${name}.${golden}`)).data));
    const mfcc = Array.from((await goldenArray(`${name}.mfcc`)).data);
    for (let k = 0; k < 20; k++) agrees(`mfcc${k + 1}`, mfcc.filter((_, n) => n % 20 === k));
    if (name === 'song') {
      agrees('harmony', Array.from(goldenSamples('song-harmonic')));
      agrees('perceptr', Array.from(goldenSamples('song-percussive')));
    }
  });
}

test('the columns are those of the tables of GTZAN, in their order', () => {
  assert.is(CLIP_STATISTICS.length, 58);
  assert.equal(CLIP_STATISTICS.slice(0, 20), [
    'length', 'chroma_stft_mean', 'chroma_stft_var', 'rms_mean', 'rms_var', 'spectral_centroid_mean', 'spectral_centroid_var', 'spectral_bandwidth_mean', 'spectral_bandwidth_var',
    'rolloff_mean', 'rolloff_var', 'zero_crossing_rate_mean', 'zero_crossing_rate_var', 'harmony_mean', 'harmony_var', 'perceptr_mean', 'perceptr_var', 'tempo', 'mfcc1_mean', 'mfcc1_var',
  ]);
  assert.equal(CLIP_STATISTICS.slice(-2), ['mfcc20_mean', 'mfcc20_var']);
});

test('a sine has its level, its frequency and its crossings, which do not vary', () => {
  const sine = tone(3 * SAMPLE_RATE, 1000, SAMPLE_RATE).map((sample) => sample / 2);
  const { length, rms_mean, rms_var, rolloff_mean, zero_crossing_rate_mean, harmony_var, perceptr_var } = statisticsOf(sine);
  assert.is(length, 66_150);
  assert.ok(Math.abs(rms_mean! - 0.5 / Math.SQRT2) < 1e-3 && rms_var! < 1e-6);
  assert.ok(Math.abs(rolloff_mean! - 1000) < 2 * SAMPLE_RATE / 2048);
  assert.ok(Math.abs(zero_crossing_rate_mean! - 2000 / SAMPLE_RATE) < 1e-3);
  assert.ok(Math.abs(harmony_var! - 0.125) < 2e-3 && perceptr_var! < 1e-3, `${harmony_var} ${perceptr_var}`);
});

test('clicks at 120 are percussive and have their tempo', () => {
  const { tempo, harmony_var, perceptr_var } = statisticsOf(clickTrack(120));
  assert.ok(Math.abs(tempo! - 120) < 3, `${tempo}`);
  assert.ok(perceptr_var! > 5 * harmony_var!, `${harmony_var} ${perceptr_var}`);
});

test('a clip shorter than a window is refused, one window and silence have numbers', () => {
  assert.throws(() => clipStatistics(noise(2047, 1), SAMPLE_RATE), /at least 2048 samples; this has 2047/);
  for (const samples of [noise(2048, 1), new Float32Array(2048)]) assert.ok(clipStatistics(samples, SAMPLE_RATE).every(Number.isFinite));
});

test.run();
