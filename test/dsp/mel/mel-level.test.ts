import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FRONT_END_V1, MelColumns } from '../../../dsp/mel/mel-columns.js';
import { melLevelMeter } from '../../../dsp/mel/mel-level.js';
import { rms } from '../../../server/evaluation/recording.js';
import { seeded } from '../../models/fixtures.js';

function levels(sample: (n: number) => number): { estimatedDb: number; measuredDb: number } {
  const samples = Float32Array.from({ length: 22050 }, (_, n) => sample(n));
  const estimate = melLevelMeter(FRONT_END_V1);
  const estimates: number[] = [];
  new MelColumns(FRONT_END_V1).push(samples, (power) => estimates.push(estimate(Array.from(power, (value) => 10 * Math.log10(value)))));
  return { estimatedDb: estimates.reduce((sum, value) => sum + value, 0) / estimates.length, measuredDb: 20 * Math.log10(rms(samples)) };
}

test('the level of noise is estimated within half a decibel, of a chord within two', () => {
  const random = seeded(1);
  const noise = levels(() => 0.2 * (2 * random() - 1));
  assert.ok(Math.abs(noise.estimatedDb - noise.measuredDb) < 0.5, JSON.stringify(noise));
  const chord = levels((n) => 0.1 * (Math.sin(n * 0.0627) + Math.sin(n * 0.128) + Math.sin(n * 0.41)));
  assert.ok(Math.abs(chord.estimatedDb - chord.measuredDb) < 2, JSON.stringify(chord));
});

test('silence reads the floor', () => {
  assert.is(melLevelMeter(FRONT_END_V1)(new Float64Array(64).fill(-Infinity)), -120);
});

test.run();
