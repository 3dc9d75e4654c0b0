/**
 * Estimates the RMS level of audio from its mel levels alone. A Slaney filter has area 1 in Hz, so
 * a band's power times the width it represents is its share of the spectrum; by Parseval's theorem,
 * with w the Hann window (Σ w² = 3/8 nFft), rms² = 2 Σ |X|² / (nFft · 3/8 nFft). Exact for flat
 * spectra, within 2 dB for music.
 */
import { hzToMel, melToHz } from './filterbank.js';
import { FLOOR_DB } from '../pcm/level.js';
import type { FrontEnd } from './mel-columns.js';

/** @returns a function of [bands] levels in dB that gives dBFS, at least -120 */
export function melLevelMeter({ sampleRate, nFft, bands, fMin, fMax }: FrontEnd): (levelsDb: ArrayLike<number>) => number {
  const low = hzToMel(fMin);
  const step = (hzToMel(fMax) - low) / (bands + 1);
  // FFT bins that a band represents: half way to its neighbours on both sides.
  const binHz = sampleRate / nFft;
  const bins = Float64Array.from({ length: bands }, (_, band) => (melToHz(low + step * (band + 1.5)) - melToHz(low + step * (band + 0.5))) / binHz);
  const scale = (2 * binHz) / (nFft * 0.375 * nFft);
  return (levelsDb) => {
    let sum = 0;
    for (let band = 0; band < bands; band++) sum += bins[band]! * 10 ** (levelsDb[band]! / 10);
    return Math.max(FLOOR_DB, 10 * Math.log10(scale * sum));
  };
}
