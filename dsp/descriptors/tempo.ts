/**
 * One tempo for a recording: the lag at which its tempogram is highest, weighed by how likely tempi
 * are before hearing anything: log-normal around 120 beats a minute, an octave wide (Ellis 2007,
 * "Beat tracking by dynamic programming"; `librosa.feature.tempo`). The answer is one of the lags,
 * so it is as fine as those: 117.5 and 123.0 are neighbours at 22,050 Hz and hop 512. Half and
 * double tempo are often as good an answer, and then the one nearer to 120 is given.
 */
import { onsetEnvelope } from './onset-strength.js';
import { tempogramOf } from './tempogram.js';

const LIKELIEST_BPM = 120;
/** Deviation of the prior, octaves. */
const DEVIATION_OCTAVES = 1;
const HIGHEST_BPM = 320;
/** Stretches of onset strength that are looked at. */
const STRETCH_S = 8;
/** How much height counts against the prior. */
const WEIGHT = 1e6;

/** Beats a minute of a lag; lag 0 is Infinity. */
export function bpmOfLag(lag: number, sampleRate: number, hop: number): number {
  return (60 * sampleRate) / (hop * lag);
}

/**
 * @param samples a whole recording, at least 8 s of it to be of use
 * @returns beats a minute
 */
export function tempoOf(samples: Float32Array, sampleRate: number, hop = 512): number {
  const lags = Math.floor((STRETCH_S * sampleRate) / hop);
  const columns = tempogramOf(onsetEnvelope(samples, sampleRate, { hop }), lags);
  const mean = new Float64Array(lags);
  for (let at = 0; at < columns.length; at++) mean[at % lags]! += (columns[at]! * lags) / columns.length;
  return tempoOfTempogram(mean, sampleRate, hop);
}

/**
 * @param tempogram [lags], a column or the mean of many
 * @param hop samples from one value of onset strength to the next
 * @returns beats a minute, below 320; the slowest of equally likely ones is not preferred
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
