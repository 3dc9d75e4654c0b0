import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Floor } from '../../../dsp/descriptors/decibels.js';
import { LogMel, LOG_MEL_BANDS } from '../../../dsp/descriptors/log-mel.js';
import { Mfcc, MFCC_SIZE } from '../../../dsp/descriptors/mfcc.js';
import { columnsOf, N_FFT, SAMPLE_RATE, testAgainstLibrosa } from './columns.js';

function mfccOf(samples: Float32Array): Float32Array {
  const columns = columnsOf(samples);
  const logMel = new LogMel(SAMPLE_RATE, N_FFT);
  const levels = new Float32Array(columns.length * LOG_MEL_BANDS);
  columns.forEach(({ power }, n) => logMel.column(power, levels, n * LOG_MEL_BANDS));
  const floor = new Floor();
  floor.push(levels);
  const mfcc = new Mfcc();
  const out = new Float32Array(columns.length * MFCC_SIZE);
  columns.forEach((_, n) => mfcc.column(levels, n * LOG_MEL_BANDS, floor.db, out, n * MFCC_SIZE));
  return out;
}

testAgainstLibrosa('mfcc', mfccOf);

test('of flat levels only the first coefficient is non-zero', () => {
  const out = new Float32Array(MFCC_SIZE);
  new Mfcc().column(new Float64Array(LOG_MEL_BANDS).fill(-30), 0, -Infinity, out);
  assert.ok(Math.abs(out[0]! + 30 * Math.sqrt(LOG_MEL_BANDS)) < 1e-4, String(out[0]));
  out.subarray(1).forEach((value) => assert.ok(Math.abs(value) < 1e-4));
});

test('of levels that follow three half periods of a cosine only the fourth coefficient is non-zero', () => {
  const levels = Float64Array.from({ length: LOG_MEL_BANDS }, (_, band) => Math.cos((Math.PI * 3 * (band + 0.5)) / LOG_MEL_BANDS));
  const out = new Float32Array(MFCC_SIZE);
  new Mfcc().column(levels, 0, -Infinity, out);
  out.forEach((value, k) => assert.ok(Math.abs(value - (k === 3 ? Math.sqrt(LOG_MEL_BANDS / 2) : 0)) < 1e-5, `${k}: ${value}`));
});

test('levels are raised to 80 dB below the loudest', () => {
  const floor = new Floor();
  floor.push(new Float64Array([-20, 10, -95]));
  floor.push(new Float64Array([-60]));
  assert.is(floor.db, -70);
  const [low, lower] = [new Float32Array(MFCC_SIZE), new Float32Array(MFCC_SIZE)];
  new Mfcc().column(new Float64Array(LOG_MEL_BANDS).fill(-70), 0, floor.db, low);
  new Mfcc().column(new Float64Array(LOG_MEL_BANDS).fill(-99), 0, floor.db, lower);
  assert.equal(low, lower);
});

test.run();
