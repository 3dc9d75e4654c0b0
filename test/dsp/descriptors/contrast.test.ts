import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Contrast, CONTRAST_SIZE, contrastOf } from '../../../dsp/descriptors/contrast.js';
import { noise, tone } from '../signals.js';
import { columnsOf, N_FFT, SAMPLE_RATE, testAgainstLibrosa } from './columns.js';

function contrastOfSamples(samples: Float32Array): Float32Array {
  const columns = columnsOf(samples);
  const contrast = new Contrast(SAMPLE_RATE, N_FFT);
  const peaks = new Float32Array(columns.length * CONTRAST_SIZE);
  const valleys = new Float32Array(columns.length * CONTRAST_SIZE);
  columns.forEach(({ magnitude }, n) => contrast.column(magnitude, peaks, valleys, n * CONTRAST_SIZE));
  return contrastOf(peaks, valleys);
}

testAgainstLibrosa('contrast', contrastOfSamples);

test('a flat spectrum has no contrast', () => {
  const impulse = new Float32Array(N_FFT);
  impulse[N_FFT / 2] = 1;
  contrastOfSamples(impulse).forEach((value) => assert.ok(Math.abs(value) < 1e-4, String(value)));
  assert.equal(contrastOfSamples(new Float32Array(N_FFT)), new Float32Array(CONTRAST_SIZE));
});

test('a tone in noise raises the contrast of its octave most', () => {
  const octaves = [100, 300, 600, 1200, 2400, 4800, 9600];
  const plain = contrastOfSamples(noise(N_FFT, 6));
  octaves.forEach((hz, octave) => {
    const sine = tone(N_FFT, hz, SAMPLE_RATE);
    const mixed = contrastOfSamples(noise(N_FFT, 6).map((sample, i) => 0.01 * sample + sine[i]!));
    const rises = mixed.map((value, index) => value - plain[index]!);
    assert.is(rises.indexOf(Math.max(...rises)), octave, `${hz} Hz: ${rises}`);
    assert.ok(rises[octave]! > 10);
  });
});

test('peak and valley are each the mean of 2 % of the octave\'s bins', () => {
  const magnitude = new Float64Array(N_FFT / 2 + 1).fill(1);
  // The octave from 6,400 to 12,800 Hz: bins 594 to 1,024, of which 9 are averaged.
  for (let bin = 700; bin < 700 + 9; bin++) magnitude[bin] = 1000;
  for (let bin = 800; bin < 800 + 9; bin++) magnitude[bin] = 0.01;
  const [peaks, valleys] = [new Float32Array(CONTRAST_SIZE), new Float32Array(CONTRAST_SIZE)];
  const contrast = new Contrast(SAMPLE_RATE, N_FFT);
  contrast.column(magnitude, peaks, valleys);
  assert.ok(Math.abs(peaks[6]! - 30) < 1e-4 && Math.abs(valleys[6]! + 20) < 1e-4, `${peaks[6]} ${valleys[6]}`);
  magnitude[700] = 1;
  contrast.column(magnitude, peaks, valleys);
  assert.ok(peaks[6]! < 29.6, 'lower with one loud bin fewer');
});

test.run();
