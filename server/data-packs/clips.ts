/** Which parts of a recording are rows of the tables: as in GTZAN, 30 s and ten pieces of 3 s. */

/** Hz. */
export const CLIP_RATE = 22050;
const CLIP_SAMPLES = 30 * CLIP_RATE;
/** GTZAN's recordings have 29.9 to 30.6 s and are taken whole; so is everything up to this length. */
export const MAX_WHOLE_SAMPLES = 31 * CLIP_RATE;
export const PIECE_SAMPLES = 3 * CLIP_RATE;

/** Values in the order of `CLIP_STATISTICS`. */
export interface ClipRows {
  readonly whole: readonly number[];
  /** One for each piece. */
  readonly pieces: readonly (readonly number[])[];
}

/**
 * @param samples of a recording, at `CLIP_RATE`
 * @returns all of a recording of up to 31 s, the first 30 s of a longer one, and that in pieces of 3 s; a shorter rest is in no piece
 */
export function clipsOf(samples: Float32Array): { readonly whole: Float32Array; readonly pieces: readonly Float32Array[] } {
  const whole = samples.length > MAX_WHOLE_SAMPLES ? samples.subarray(0, CLIP_SAMPLES) : samples;
  const pieces = Array.from({ length: Math.floor(whole.length / PIECE_SAMPLES) }, (_, n) => whole.subarray(n * PIECE_SAMPLES, (n + 1) * PIECE_SAMPLES));
  return { whole, pieces };
}
