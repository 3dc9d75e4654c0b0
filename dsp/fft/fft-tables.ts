/** Twiddle factor tables of the FFT kernel (`dsp/fft/fft.as.ts`). */

/** The smallest size that the kernel supports. */
export const MIN_POINTS = 16;

/** Upper limit of the number of values that `writeTwiddles` writes for a transform of `size` points. */
export function twiddlesLength(size: number): number {
  return 2 * size;
}

/**
 * Writes the twiddle factors of all passes in the order in which the passes read them.
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
