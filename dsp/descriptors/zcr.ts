/** Zero-crossing rate: sign changes per sample; `librosa.feature.zero_crossing_rate(center=False)`. */

/** Samples up to this far below 0 count as positive. */
const THRESHOLD = 1e-10;

/** @param samples [window]; @returns 0 up to 1 */
export function zeroCrossingRate(samples: Float32Array): number {
  let crossings = 0;
  let wasNegative = samples[0]! < -THRESHOLD;
  for (let i = 1; i < samples.length; i++) {
    const isNegative = samples[i]! < -THRESHOLD;
    if (isNegative !== wasNegative) crossings++;
    wasNegative = isNegative;
  }
  return crossings / samples.length;
}
