/** The network's input is independent of gain, and silence does not change the running mean. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FRONT_END_V1, MelColumns } from '../../../dsp/mel/mel-columns.js';
import { NORMALISATION_V1, Normaliser } from '../../../dsp/mel/normalise.js';
import { seeded } from '../../models/fixtures.js';

const { bands } = FRONT_END_V1;
const { limitDb, scaleDb, pauseColumns } = NORMALISATION_V1;
const LOWEST = -limitDb / scaleDb;

/** Four seconds of chords whose level varies, plus noise. */
function music(gain: number, silentFrom = Infinity, silentTo = Infinity): Float32Array {
  const random = seeded(1);
  return Float32Array.from({ length: 4 * 22050 }, (_, n) => {
    const noise = 2 * random() - 1; // drawn during silence too, so that the samples after it are the same
    const swell = 0.2 + 0.15 * Math.sin(n / 3000);
    const chord = Math.sin(n * 0.06) + Math.sin(n * 0.0755) + Math.sin(n * 0.0899);
    return n >= silentFrom && n < silentTo ? 0 : gain * (swell * chord + 0.02 * noise);
  });
}

function normalised(samples: Float32Array): Float32Array[] {
  const normaliser = new Normaliser(NORMALISATION_V1, bands);
  const columns: Float32Array[] = [];
  new MelColumns(FRONT_END_V1).push(samples, (power) => {
    const column = new Float32Array(bands);
    normaliser.levels(power.map((value) => 10 * Math.log10(value)), column, 0);
    columns.push(column);
  });
  return columns;
}

function largestDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  assert.is(a.length, b.length);
  return Math.max(...a.flatMap((column, index) => Array.from(column, (value, band) => Math.abs(value - b[index]![band]!))));
}

test('scaling the input by 0.05 to 1 leaves the columns unchanged to 1e-3', () => {
  const full = normalised(music(1));
  for (const gain of [0.05, 0.1, 0.31, 0.7]) assert.ok(largestDifference(full, normalised(music(gain))) < 1e-3, `gain ${gain}`);
});

test('a change of timbre is kept: a band 15 dB louder stands out by 15 dB', () => {
  const normaliser = new Normaliser(NORMALISATION_V1, bands);
  const out = new Float32Array(bands);
  const levels = new Float32Array(bands).fill(-20);
  for (let column = 0; column < 500; column++) normaliser.levels(levels, out, 0);
  levels[10] = -5;
  normaliser.levels(levels, out, 0);
  assert.ok(Math.abs((out[10]! - out[11]!) * scaleDb - 15) < 0.01);
});

test('the output is within its limits and written at its offset', () => {
  const out = new Float32Array(3 * bands).fill(9);
  new Normaliser(NORMALISATION_V1, bands).levels(Float32Array.from({ length: bands }, (_, band) => (band === 0 ? 60 : -200)), out, bands);
  assert.ok(out.subarray(bands, 2 * bands).every((value) => Math.abs(value) <= -LOWEST + 1e-6));
  assert.ok(out.subarray(0, bands).every((value) => value === 9) && out.subarray(2 * bands).every((value) => value === 9));
});

test('digital silence before any sound gives the lowest input', () => {
  const columns = normalised(music(0.5, 0, 1e5));
  assert.ok(columns.slice(0, 40).every((column) => column.every((value) => Math.abs(value - LOWEST) < 1e-6)));
});

test('the mean is held during a short silence', () => {
  const without = normalised(music(0.5));
  const gap = 10 * FRONT_END_V1.hop;
  const withGap = normalised(music(0.5, 20 * FRONT_END_V1.hop, 20 * FRONT_END_V1.hop + gap));
  // The two means differ only by the contribution of the ten silent columns.
  assert.ok(largestDifference(without.slice(32, 36), withGap.slice(32, 36)) < 0.15);
});

test('the mean restarts after a long pause and on a sudden rise in level', () => {
  const normaliser = new Normaliser(NORMALISATION_V1, bands);
  const out = new Float32Array(bands);
  const feed = (level: number, columns: number): number => {
    for (let column = 0; column < columns; column++) normaliser.levels(new Float32Array(bands).fill(level), out, 0);
    return out[0]!;
  };
  assert.is(feed(0, 50), 0);
  assert.ok(feed(-60, 1) < -2.6, 'a quiet column is far below');
  assert.ok(feed(-60, pauseColumns - 1) < -2.6, 'the mean is held for the length of a pause');
  assert.is(feed(-60, 1), 0, 'then it restarts at the quiet level');
  assert.is(feed(0, 1), 0, 'a rise restarts it at once');
});

test('reset clears the running mean', () => {
  const normaliser = new Normaliser(NORMALISATION_V1, bands);
  const out = new Float32Array(bands);
  for (let column = 0; column < 50; column++) normaliser.levels(new Float32Array(bands).fill(-40), out, 0);
  normaliser.reset();
  normaliser.levels(new Float32Array(bands).fill(-20), out, 0);
  assert.is(out[0], 0);
});

test.run();
