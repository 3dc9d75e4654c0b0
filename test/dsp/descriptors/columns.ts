/** The inputs of descriptors for all columns of a recording (window 2,048, no padding), test signals, and the comparison with librosa. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Frames } from '../../../dsp/mel/frames.js';
import { magnitudes } from '../../../dsp/descriptors/magnitude.js';
import { PowerSpectrum } from '../../../dsp/fft/power-spectrum.js';
import { goldenArray, hasGolden, goldenSamples, goldenSignals } from '../golden.js';
import { tone } from '../signals.js';

export const SAMPLE_RATE = 22050;
export const N_FFT = 2048;
export const BIN_HZ = SAMPLE_RATE / N_FFT;

export interface Column {
  readonly samples: Float32Array;
  readonly power: Float64Array;
  readonly magnitude: Float64Array;
}

export function columnsOf(samples: Float32Array, hop = 512): Column[] {
  const spectrum = new PowerSpectrum(N_FFT);
  const frames = new Frames(N_FFT, hop);
  const columns: Column[] = [];
  for (let at = 0; at < samples.length;) {
    at = frames.fill(samples, at);
    if (!frames.isFull) break;
    const power = new Float64Array(spectrum.bins);
    const magnitude = new Float64Array(spectrum.bins);
    spectrum.column(frames.samples, power);
    magnitudes(power, magnitude);
    columns.push({ samples: frames.samples.slice(), power, magnitude });
    frames.advance();
  }
  return columns;
}

/**
 * Tests that a descriptor agrees with librosa on every golden signal, within 1e-5 relative plus 1e-5
 * absolute (the requirement is 1e-3).
 * @param compute [columns × size] values of a recording
 */
export function testAgainstLibrosa(feature: string, compute: (samples: Float32Array) => ArrayLike<number>, signals = hasGolden ? goldenSignals() : []): void {
  for (const name of signals) {
    test(`${feature} of ${name} agrees with librosa`, async () => {
      const { data } = await goldenArray(`${name}.${feature}`);
      const values = compute(goldenSamples(name));
      assert.is(values.length, data.length);
      for (let i = 0; i < data.length; i++) {
        const difference = Math.abs(values[i]! - data[i]!);
        assert.ok(difference <= 1e-5 * (1 + Math.abs(data[i]!)), `value ${i} is ${values[i]}, librosa's ${data[i]}`);
      }
    });
  }
}

/** A spectrum with the given values, all other bins 0. */
export function spectrumOf(values: Readonly<Record<number, number>>, bins = N_FFT / 2 + 1): Float64Array {
  const spectrum = new Float64Array(bins);
  for (const [bin, value] of Object.entries(values)) spectrum[Number(bin)] = value;
  return spectrum;
}

/** Clicks at k × 60 / bpm s: 400 samples of 1 kHz with a linear fade-out. */
export function clickTrack(bpm: number, seconds = 20): Float32Array {
  const samples = new Float32Array(seconds * SAMPLE_RATE);
  const click = tone(400, 1000, SAMPLE_RATE).map((sample, i) => sample * (1 - i / 400));
  for (let k = 0; ; k++) {
    const at = Math.round((k * 60 * SAMPLE_RATE) / bpm);
    if (at >= samples.length) return samples;
    samples.set(click.subarray(0, samples.length - at), at);
  }
}
