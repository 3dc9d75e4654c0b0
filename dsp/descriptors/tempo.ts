/**
 * The tempo of a recording: the lag with the highest tempogram value, weighted by a log-normal prior
 * around 120 beats per minute with a deviation of one octave (Ellis 2007, "Beat tracking by dynamic
 * programming"; `librosa.feature.tempo`). The result is the tempo of a whole lag, so the resolution
 * is limited: 117.5 and 123.0 are neighbours at 22,050 Hz and hop 512. Where half or double the
 * tempo fits equally well, the prior selects the one nearer to 120.
 */
import { onsetEnvelope } from './onset-strength.js';
import { tempogramOf } from './tempogram.js';

const LIKELIEST_BPM = 120;
/** Standard deviation of the prior, octaves. */
const DEVIATION_OCTAVES = 1;
const HIGHEST_BPM = 320;
/** Length of the autocorrelated segments of onset strength. */
const SEGMENT_S = 8;
/** Weight of the tempogram value against the prior. */
const WEIGHT = 1e6;

/** Beats per minute of a lag; Infinity for lag 0. */
export function bpmOfLag(lag: number, sampleRate: number, hop: number): number {
  return (60 * sampleRate) / (hop * lag);
}

/**
 * @param samples a whole recording; below 8 s the result is unreliable
 * @returns beats per minute
 */
export function tempoOf(samples: Float32Array, sampleRate: number, hop = 512): number {
  const lags = Math.floor((SEGMENT_S * sampleRate) / hop);
  const columns = tempogramOf(onsetEnvelope(samples, sampleRate, { hop }), lags);
  const mean = new Float64Array(lags);
  for (let at = 0; at < columns.length; at++) mean[at % lags]! += (columns[at]! * lags) / columns.length;
  return tempoOfTempogram(mean, sampleRate, hop);
}

/**
 * @param tempogram [lags], a column or the mean of many
 * @param hop samples from one value of onset strength to the next
 * @returns beats per minute, below 320; the fastest of equally likely ones
 */
export function tempoOfTempogram(tempogram: ArrayLike<number>, sampleRate: number, hop: number): number {
  let best = 1;
  let highest = -Infinity;
  for (let lag = 1; lag < tempogram.length; lag++) {
    const bpm = bpmOfLag(lag, sampleRate, hop);
    if (bpm >= HIGHEST_BPM) continue;
    const prior = -0.5 * (Math.log2(bpm / LIKELIEST_BPM) / DEVIATION_OCTAVES) ** 2;
    const likelihood = Math.log1p(WEIGHT * tempogram[lag]!) + prior;
    if (likelihood > highest) {
      highest = likelihood;
      best = lag;
    }
  }
  return bpmOfLag(best, sampleRate, hop);
}
