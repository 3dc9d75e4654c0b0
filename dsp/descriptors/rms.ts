/** Root mean square of a window's samples; `librosa.feature.rms(center=False)`. */

/** @param samples [window], full scale ±1; @returns at least 0; a sine of amplitude 1 has 0.707 */
export function rms(samples: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]! * samples[i]!;
  return Math.sqrt(sum / samples.length);
}
