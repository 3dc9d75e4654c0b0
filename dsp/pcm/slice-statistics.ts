/**
 * Statistics of short slices of one channel, from which a level meter can remove DC and infrasound
 * without filtering every sample.
 */

/** Values per slice: sum, sum of squares, minimum, maximum. */
export const STATISTICS = 4;

/**
 * Cuts samples into slices and measures each piece. The first piece completes a slice from the chunk
 * before, the last one may be incomplete.
 * @param samples finite
 * @param first samples of the first piece, at least 1
 * @param length samples of each further piece
 * @param offset subtracted from each sample; near the channel's mean it keeps the sums accurate
 * @param out receives [pieces × 4]; at least `pieceCount` of them
 */
export type MeasureSlices = (samples: Float32Array, first: number, length: number, offset: number, out: Float32Array) => void;

/** Number of pieces that the samples are cut into. */
export function pieceCount(samples: number, first: number, length: number): number {
  return samples === 0 ? 0 : 1 + Math.max(0, Math.ceil((samples - first) / length));
}

/** Scalar version; `pcm.simd.ts` has a faster one. */
export function measureSlices(samples: Float32Array, first: number, length: number, offset: number, out: Float32Array): void {
  let to = first;
  for (let from = 0, at = 0; from < samples.length; from = to, to += length, at += STATISTICS) {
    let sum = 0;
    let squares = 0;
    let lowest = Infinity;
    let highest = -Infinity;
    for (let i = from; i < to && i < samples.length; i++) {
      const value = samples[i]! - offset;
      sum += value;
      squares += value * value;
      if (value < lowest) lowest = value;
      if (value > highest) highest = value;
    }
    out[at] = sum;
    out[at + 1] = squares;
    out[at + 2] = lowest;
    out[at + 3] = highest;
  }
}
