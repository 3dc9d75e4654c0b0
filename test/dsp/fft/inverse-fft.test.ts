import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RealFft } from '../../../dsp/fft/fft.js';
import { InverseRealFft } from '../../../dsp/fft/inverse-fft.js';
import { noise } from '../signals.js';

test('a transformed frame comes back, from any offset', () => {
  for (const size of [4, 8, 64, 2048]) {
    const frame = Float64Array.from(noise(size, size));
    const spectrum = new Float64Array(size + 2 + 3);
    new RealFft(size).transform(frame, spectrum.subarray(3));
    const back = new Float64Array(size);
    new InverseRealFft(size).transform(spectrum, 3, back);
    frame.forEach((sample, n) => assert.ok(Math.abs(back[n]! - sample) < 1e-12, `${size}, sample ${n}: ${back[n]}, not ${sample}`));
  }
});

test('one bin is one sine: real parts give cosines, imaginary parts sines', () => {
  const frame = new Float64Array(16);
  const spectrum = new Float64Array(18);
  spectrum[2 * 3] = 8;
  spectrum[2 * 5 + 1] = -8;
  new InverseRealFft(16).transform(spectrum, 0, frame);
  frame.forEach((sample, n) => assert.ok(Math.abs(sample - Math.cos((2 * Math.PI * 3 * n) / 16) - Math.sin((2 * Math.PI * 5 * n) / 16)) < 1e-12));
});

test.run();
