/**
 * Mel levels as bytes, in half decibels from -80 to 47.5 dB: how data packs hold them and how
 * spectrograms travel to viewers.
 */

const LOWEST_DB = -80;
const STEPS_PER_DB = 2;

/**
 * One column of power as bytes: round(2 (10 log10(power) + 80)), cut to 0 to 255.
 * @param power [bands], at least 0; 0 and NaN give byte 0
 * @param out receives [bands] bytes from `offset` on
 */
export function encodeLevels(power: Float32Array, out: Uint8Array, offset: number): void {
  for (let band = 0; band < power.length; band++) {
    const level = Math.round(STEPS_PER_DB * (10 * Math.log10(power[band]!) - LOWEST_DB));
    out[offset + band] = level > 255 ? 255 : level > 0 ? level : 0;
  }
}

/** The level that a byte of `encodeLevels` stands for, dB: byte / 2 - 80. */
export function decodeLevel(byte: number): number {
  return byte / STEPS_PER_DB + LOWEST_DB;
}
