/** Spectral bandwidth: the standard deviation of the spectrum around its centroid; `librosa.feature.spectral_bandwidth(p=2)`. */

/**
 * @param magnitude [bins]; @param binHz width of a bin
 * @param centroidHz of the same column
 * @returns Hz; 0 in silence
 */
export function bandwidthHz(magnitude: Float64Array, binHz: number, centroidHz: number): number {
  let sum = 0;
  let moment = 0;
  for (let bin = 0; bin < magnitude.length; bin++) {
    const distance = bin * binHz - centroidHz;
    sum += magnitude[bin]!;
    moment += distance * distance * magnitude[bin]!;
  }
  return sum > 0 ? Math.sqrt(moment / sum) : 0;
}
