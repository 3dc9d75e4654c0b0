/** The zero-crossing rate: how often the sign changes, of all samples. `librosa.feature.zero_crossing_rate(center=False)`. */

/** Samples this small count as positive zero. */
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
