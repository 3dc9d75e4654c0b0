/**
 * Mel levels as bytes, in half decibels from -80 to 47.5 dB: the format of data packs and of the
 * spectrograms that are sent to viewers.
 */

const LOWEST_DB = -80;
const STEPS_PER_DB = 2;

/**
 * Encodes levels as round(2 (dB + 80)), clamped to 0 to 255.
 * @param levelsDb of mel power; -Infinity and NaN give byte 0
 * @param out receives one byte per level from `offset` on
 */
export function encodeLevels(levelsDb: Float32Array, out: Uint8Array, offset: number): void {
  for (let cell = 0; cell < levelsDb.length; cell++) {
    const level = Math.round(STEPS_PER_DB * (levelsDb[cell]! - LOWEST_DB));
    out[offset + cell] = level > 255 ? 255 : level > 0 ? level : 0;
  }
}

/** Decodes a byte of `encodeLevels` to dB: byte / 2 - 80. */
export function decodeLevel(byte: number): number {
  return byte / STEPS_PER_DB + LOWEST_DB;
}
