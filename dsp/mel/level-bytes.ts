/**
 * Mel levels as bytes, in half decibels from -80 to 47.5 dB: how data packs hold them and how
 * spectrograms travel to viewers.
 */

const LOWEST_DB = -80;
const STEPS_PER_DB = 2;

/**
 * Levels as bytes: round(2 (dB + 80)), cut to 0 to 255.
 * @param levelsDb of mel power; -Infinity and NaN give byte 0
 * @param out receives as many bytes from `offset` on
 */
export function encodeLevels(levelsDb: Float32Array, out: Uint8Array, offset: number): void {
  for (let cell = 0; cell < levelsDb.length; cell++) {
    const level = Math.round(STEPS_PER_DB * (levelsDb[cell]! - LOWEST_DB));
    out[offset + cell] = level > 255 ? 255 : level > 0 ? level : 0;
  }
}

/** The level that a byte of `encodeLevels` stands for, dB: byte / 2 - 80. */
export function decodeLevel(byte: number): number {
  return byte / STEPS_PER_DB + LOWEST_DB;
}
