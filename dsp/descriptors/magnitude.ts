/** Magnitude spectrum of a column, the input of centroid, bandwidth, roll-off and contrast. */

/** @param power [bins], at least 0; @param magnitude receives [bins] */
export function magnitudes(power: Float64Array, magnitude: Float64Array): void {
  for (let bin = 0; bin < power.length; bin++) magnitude[bin] = Math.sqrt(power[bin]!);
}
