import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { harmonicAndPercussive } from '../../../dsp/descriptors/harmonic-percussive.js';
import { goldenSamples, hasGolden } from '../golden.js';
import { fitTone, noise, sineLevelDb, tone } from '../signals.js';
import { SAMPLE_RATE } from './columns.js';

if (hasGolden) {
  test('the parts of song agree with librosa', () => {
    const parts = harmonicAndPercussive(goldenSamples('song'));
    for (const name of ['harmonic', 'percussive'] as const) {
      const golden = goldenSamples(`song-${name}`);
      assert.is(parts[name].length, golden.length);
      golden.forEach((sample, n) => assert.ok(Math.abs(parts[name][n]! - sample) < 1e-5, `${name}, sample ${n}: ${parts[name][n]}, librosa's ${sample}`));
    }
  });
}

test('of a sine with clicks the sine is harmonic and the clicks are percussive', () => {
  const sine = tone(3 * SAMPLE_RATE, 440, SAMPLE_RATE).map((sample) => sample / 4);
  const clicks = new Float32Array(sine.length);
  for (let at = 6000; at < clicks.length; at += 11_025) clicks.set([0.9, -0.9, 0.5], at);
  const { harmonic, percussive } = harmonicAndPercussive(sine.map((sample, n) => sample + clicks[n]!));
  // The outer 0.2 s are mirrored and half silent.
  const inside = (samples: Float32Array): Float32Array => samples.subarray(4410, samples.length - 4410);
  const kept = fitTone(inside(harmonic), 440, SAMPLE_RATE);
  assert.ok(Math.abs(kept.amplitudeDb - 20 * Math.log10(0.25)) < 0.1, `the sine has ${kept.amplitudeDb} dB`);
  assert.ok(kept.restDb < -45, `the harmonic part has ${kept.restDb} dB of something else`);
  const [left, all] = [inside(percussive.map((sample, n) => sample - clicks[n]!)), inside(clicks)];
  assert.ok(sineLevelDb(left) < sineLevelDb(all) - 6, `${sineLevelDb(left)} dB from clicks of ${sineLevelDb(all)} dB`);
});

test('the parts add up to the sound', () => {
  for (const length of [1, 511, 512, 5000, 30_000]) {
    const samples = noise(length, 7);
    const { harmonic, percussive } = harmonicAndPercussive(samples);
    samples.forEach((sample, n) => assert.ok(Math.abs(harmonic[n]! + percussive[n]! - sample) < 1e-6));
  }
});

test('silence has two silent parts', () => {
  const { harmonic, percussive } = harmonicAndPercussive(new Float32Array(3000));
  assert.equal(harmonic, new Float32Array(3000));
  assert.equal(percussive, new Float32Array(3000));
});

test.run();
