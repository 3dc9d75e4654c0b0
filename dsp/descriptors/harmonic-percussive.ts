/**
 * Splits sound into a harmonic and a percussive part (Fitzgerald 2010, "Harmonic/percussive separation
 * using median filtering"). Tones are lines along time in the magnitude spectrogram, hits are lines along
 * frequency: a median over time, H, keeps the first, a median over frequency, P, the second. The harmonic
 * part is the spectrogram times H² / (H² + P²), transformed back; the percussive part is the rest.
 * `librosa.effects.hpss` with its defaults: window 2,048, hop 512, 31 cells, half a window of silence
 * before and after. A whole-file function: the median over time looks 0.36 s ahead.
 */
import { hann } from '../fft/power-spectrum.js';
import { RealFft } from '../fft/fft.js';
import { InverseRealFft } from '../fft/inverse-fft.js';
import { MedianFilter } from './median-filter.js';

const N_FFT = 2048;
const HOP = 512;
const BINS = N_FFT / 2 + 1;
/** Cells of each median: 0.72 s of time, and 334 Hz at 22,050 Hz. */
const MEDIAN_CELLS = 31;

/** The parts of a recording; their sum is the recording. */
export interface Parts {
  /** [samples] */
  readonly harmonic: Float32Array;
  /** [samples] */
  readonly percussive: Float32Array;
}

/**
 * Needs about 32 bytes of memory a sample.
 * @param samples a whole recording, finite; unchanged
 */
export function harmonicAndPercussive(samples: Float32Array): Parts {
  const spectra = spectraOf(samples);
  keepHarmonic(spectra);
  const harmonic = samplesOf(spectra, samples.length);
  return { harmonic, percussive: samples.map((sample, n) => sample - harmonic[n]!) };
}

/** @returns [columns × bins × 2] real and imaginary parts; column n is centred on sample 512 n */
function spectraOf(samples: Float32Array): Float32Array {
  const columns = 1 + Math.floor(samples.length / HOP);
  const window = hann(N_FFT);
  const fft = new RealFft(N_FFT);
  const frame = new Float64Array(N_FFT);
  const spectrum = new Float64Array(2 * BINS);
  const spectra = new Float32Array(columns * 2 * BINS);
  for (let column = 0; column < columns; column++) {
    const start = column * HOP - N_FFT / 2;
    for (let i = 0; i < N_FFT; i++) frame[i] = (samples[start + i] ?? 0) * window[i]!;
    fft.transform(frame, spectrum);
    spectra.set(spectrum, column * 2 * BINS);
  }
  return spectra;
}

/** Multiplies each cell by its harmonic share, in place. */
function keepHarmonic(spectra: Float32Array): void {
  const columns = spectra.length / (2 * BINS);
  const median = new MedianFilter(MEDIAN_CELLS);
  const magnitudes = new Float32Array(columns * BINS);
  for (let cell = 0; cell < magnitudes.length; cell++) {
    const re = spectra[2 * cell]!;
    const im = spectra[2 * cell + 1]!;
    magnitudes[cell] = Math.sqrt(re * re + im * im);
  }

  const tones = new Float32Array(columns * BINS);
  const overTime = new Float32Array(columns);
  const overTimeFiltered = new Float32Array(columns);
  for (let bin = 0; bin < BINS; bin++) {
    for (let column = 0; column < columns; column++) overTime[column] = magnitudes[column * BINS + bin]!;
    median.apply(overTime, overTimeFiltered);
    for (let column = 0; column < columns; column++) tones[column * BINS + bin] = overTimeFiltered[column]!;
  }

  const hits = new Float32Array(BINS);
  for (let column = 0, cell = 0; column < columns; column++) {
    median.apply(magnitudes.subarray(cell, cell + BINS), hits);
    for (let bin = 0; bin < BINS; bin++, cell++) {
      const share = shareOf(tones[cell]!, hits[bin]!);
      spectra[2 * cell]! *= share;
      spectra[2 * cell + 1]! *= share;
    }
  }
}

/** tone² / (tone² + hit²) without underflow; a half where both are 0. */
function shareOf(tone: number, hit: number): number {
  if (tone >= hit) return tone === 0 ? 0.5 : 1 / (1 + (hit / tone) ** 2);
  const ratio = (tone / hit) ** 2;
  return ratio / (1 + ratio);
}

/** The sound of these spectra: windowed again, added, and divided by the sum of squared windows (Griffin and Lim 1984). */
function samplesOf(spectra: Float32Array, length: number): Float32Array {
  const columns = spectra.length / (2 * BINS);
  const window = hann(N_FFT);
  const inverse = new InverseRealFft(N_FFT);
  const frame = new Float64Array(N_FFT);
  const sums = new Float64Array(length);
  const weights = new Float64Array(length);
  for (let column = 0; column < columns; column++) {
    const start = column * HOP - N_FFT / 2;
    inverse.transform(spectra, column * 2 * BINS, frame);
    for (let i = Math.max(0, -start); i < N_FFT && start + i < length; i++) {
      sums[start + i]! += frame[i]! * window[i]!;
      weights[start + i]! += window[i]! * window[i]!;
    }
  }
  const samples = new Float32Array(length);
  for (let n = 0; n < length; n++) samples[n] = sums[n]! / weights[n]!;
  return samples;
}
