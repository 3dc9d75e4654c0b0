/** Spectral centroid: the mean frequency of the magnitude spectrum, a measure of brightness; `librosa.feature.spectral_centroid`. */

/**
 * @param magnitude [bins]; @param binHz width of a bin
 * @returns Hz; 0 in silence
 */
export function centroidHz(magnitude: Float64Array, binHz: number): number {
  let sum = 0;
  let moment = 0;
  for (let bin = 0; bin < magnitude.length; bin++) {
    sum += magnitude[bin]!;
    moment += bin * magnitude[bin]!;
  }
  return sum > 0 ? (binHz * moment) / sum : 0;
}
