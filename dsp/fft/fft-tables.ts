/** Tables of the transform in `dsp/fft/fft.as.ts`. */

/** The smallest transform that it does. */
export const MIN_POINTS = 16;

/** Numbers that `writeTwiddles` writes for a transform of `size` points, at most. */
export function twiddlesLength(size: number): number {
  return 2 * size;
}

/**
 * The roots of unity of all passes, in the order that the passes read them.
 * @param size points, a power of two, at least 16
 */
export function writeTwiddles(size: number, twiddles: Float32Array): void {
  const quarter = size / 4;
  for (let root = 0; root < quarter; root++) {
    for (let power = 1; power <= 3; power++) {
      const angle = (-2 * Math.PI * root * power) / size;
      twiddles[(2 * power - 2) * quarter + root] = Math.cos(angle);
      twiddles[(2 * power - 1) * quarter + root] = Math.sin(angle);
    }
  }
  let at = 6 * quarter;
  for (let length = quarter; length >= 4; length /= 4) {
    for (let root = 0; root < length / 4; root++) {
      for (let power = 1; power <= 3; power++) {
        const angle = (-2 * Math.PI * root * power) / length;
        twiddles[at++] = Math.cos(angle);
        twiddles[at++] = Math.sin(angle);
      }
    }
  }
}
