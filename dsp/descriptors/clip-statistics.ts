/**
 * One clip as 58 numbers: the columns of the tables that are published with GTZAN (features_30_sec.csv and
 * features_3_sec.csv), in their order. A descriptor is taken for each column of samples (window 2,048, hop
 * 512, no padding: librosa's `center=False`), then its mean and its population variance over the clip;
 * those of chroma are over all twelve classes together.
 */
import { Frames } from '../mel/frames.js';
import { PowerSpectrum } from '../fft/power-spectrum.js';
import { bandwidthHz } from './bandwidth.js';
import { centroidHz } from './centroid.js';
import { Chroma, CHROMA_SIZE } from './chroma.js';
import { Floor } from './decibels.js';
import { harmonicAndPercussive } from './harmonic-percussive.js';
import { LogMel, LOG_MEL_BANDS } from './log-mel.js';
import { magnitudes } from './magnitude.js';
import { Mfcc, MFCC_SIZE } from './mfcc.js';
import { rms } from './rms.js';
import { rolloffHz } from './rolloff.js';
import { tempoOf } from './tempo.js';
import { zeroCrossingRate } from './zcr.js';

const N_FFT = 2048;
const HOP = 512;

const withMeanAndVariance = (names: readonly string[]): string[] => names.flatMap((name) => [`${name}_mean`, `${name}_var`]);

/** Names of the numbers, as GTZAN's tables have them; `perceptr` is the percussive part, `length` is in samples. */
export const CLIP_STATISTICS: readonly string[] = [
  'length',
  ...withMeanAndVariance(['chroma_stft', 'rms', 'spectral_centroid', 'spectral_bandwidth', 'rolloff', 'zero_crossing_rate', 'harmony', 'perceptr']),
  'tempo',
  ...withMeanAndVariance(Array.from({ length: MFCC_SIZE }, (_, k) => `mfcc${k + 1}`)),
];

/**
 * @param samples of one clip, finite, full scale ±1; at least 2,048
 * @param sampleRate Hz; the published tables have 22,050
 * @returns as many numbers as `CLIP_STATISTICS`: Hz for centroid, bandwidth and roll-off, beats per minute for
 *   tempo (unreliable below 8 s), samples for the parts' values
 * @throws RangeError when the clip is shorter than a window
 */
export function clipStatistics(samples: Float32Array, sampleRate: number): number[] {
  if (samples.length < N_FFT) throw new RangeError(`A clip needs at least ${N_FFT} samples; this has ${samples.length}.`);
  const columns = 1 + Math.floor((samples.length - N_FFT) / HOP);
  const chroma = new Float32Array(columns * CHROMA_SIZE);
  const [levels, centroids, bandwidths, rolloffs, crossings] = Array.from({ length: 5 }, () => new Float64Array(columns)) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  const bands = new Float64Array(columns * LOG_MEL_BANDS);
  const floor = new Floor();

  const spectrum = new PowerSpectrum(N_FFT);
  const frames = new Frames(N_FFT, HOP);
  const power = new Float64Array(spectrum.bins);
  const magnitude = new Float64Array(spectrum.bins);
  const chromaFilters = new Chroma(sampleRate, N_FFT);
  const logMel = new LogMel(sampleRate, N_FFT);
  const binHz = sampleRate / N_FFT;
  for (let column = 0, at = 0; column < columns; column++) {
    at = frames.fill(samples, at);
    spectrum.column(frames.samples, power);
    magnitudes(power, magnitude);
    chromaFilters.column(power, chroma, column * CHROMA_SIZE);
    levels[column] = rms(frames.samples);
    const centroid = centroidHz(magnitude, binHz);
    centroids[column] = centroid;
    bandwidths[column] = bandwidthHz(magnitude, binHz, centroid);
    rolloffs[column] = rolloffHz(magnitude, binHz);
    crossings[column] = zeroCrossingRate(frames.samples);
    logMel.column(power, bands, column * LOG_MEL_BANDS);
    frames.advance();
  }
  floor.push(bands);

  const { harmonic, percussive } = harmonicAndPercussive(samples);
  return [
    samples.length,
    ...[chroma, levels, centroids, bandwidths, rolloffs, crossings, harmonic, percussive].flatMap(meanAndVariance),
    tempoOf(samples, sampleRate, HOP),
    ...coefficients(bands, columns, floor.db).flatMap(meanAndVariance),
  ];
}

/** @returns [20] of [columns] */
function coefficients(bands: Float64Array, columns: number, floorDb: number): Float32Array[] {
  const mfcc = new Mfcc();
  const row = new Float32Array(MFCC_SIZE);
  const series = Array.from({ length: MFCC_SIZE }, () => new Float32Array(columns));
  for (let column = 0; column < columns; column++) {
    mfcc.column(bands, column * LOG_MEL_BANDS, floorDb, row);
    series.forEach((values, k) => { values[column] = row[k]!; });
  }
  return series;
}

/** Mean and population variance, in two passes; `numpy.mean` and `numpy.var`. */
function meanAndVariance(values: Float32Array | Float64Array): [number, number] {
  let sum = 0;
  for (let n = 0; n < values.length; n++) sum += values[n]!;
  const mean = sum / values.length;
  let squares = 0;
  for (let n = 0; n < values.length; n++) squares += (values[n]! - mean) ** 2;
  return [mean, squares / values.length];
}
