import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RealFft } from '../../../dsp/fft/fft.js';
import { noise } from '../signals.js';

/** Direct DFT: [size / 2 + 1] bins, real and imaginary part interleaved. */
function directSpectrum(frame: Float64Array): Float64Array {
  const size = frame.length;
  const spectrum = new Float64Array(size + 2);
  for (let bin = 0; bin <= size / 2; bin++) {
    for (let i = 0; i < size; i++) {
      spectrum[2 * bin]! += frame[i]! * Math.cos((2 * Math.PI * bin * i) / size);
      spectrum[2 * bin + 1]! -= frame[i]! * Math.sin((2 * Math.PI * bin * i) / size);
    }
  }
  return spectrum;
}

for (const size of [4, 8, 16, 32, 64, 512, 2048]) {
  test(`an FFT of ${size} points agrees with the direct DFT`, () => {
    const frame = Float64Array.from(noise(size, size));
    const spectrum = new Float64Array(size + 2);
    new RealFft(size).transform(frame, spectrum);
    directSpectrum(frame).forEach((wanted, i) => {
      assert.ok(Math.abs(spectrum[i]! - wanted) < 1e-9, `value ${i} is ${spectrum[i]}, wanted ${wanted}`);
    });
    const power = new Float64Array(size / 2 + 1);
    new RealFft(size).power(frame, power);
    power.forEach((value, bin) => {
      const wanted = spectrum[2 * bin]! ** 2 + spectrum[2 * bin + 1]! ** 2;
      assert.ok(Math.abs(value - wanted) < 1e-9 * (1 + wanted), `bin ${bin} has ${value}, wanted ${wanted}`);
    });
    assert.equal(frame, Float64Array.from(noise(size, size)), 'the frame is unchanged');
  });
}

test('sizes that are not powers of two from 4 are rejected', () => {
  for (const size of [0, 2, 3, 6, 1000, 2048.5, NaN]) assert.throws(() => new RealFft(size), new RegExp(`not ${size}`));
});

test.run();
