/** Spectral roll-off: the frequency below which 85 % of the magnitude lies; `librosa.feature.spectral_rolloff`. */

const SHARE = 0.85;

/**
 * @param magnitude [bins]; @param binHz width of a bin
 * @returns Hz of the first bin at which the share is reached; 0 in silence
 */
export function rolloffHz(magnitude: Float64Array, binHz: number): number {
  let total = 0;
  for (let bin = 0; bin < magnitude.length; bin++) total += magnitude[bin]!;
  const threshold = SHARE * total;
  let sum = 0;
  let bin = 0;
  for (; bin < magnitude.length - 1; bin++) {
    sum += magnitude[bin]!;
    if (sum >= threshold) break;
  }
  return bin * binHz;
}
