/** Mel power as bytes of half a dB, the form of data packs and of `columns` messages. */

/**
 * One column: byte = round(2 (10 log10(power) + 80)), cut to 0 to 255, that is -80 to 47.5 dB.
 * @param out receives as many bytes as `power` has values, from `offset` on
 */
export function encodeLevels(power: Float32Array, out: Uint8Array, offset: number): void {
  for (let band = 0; band < power.length; band++) {
    const byte = Math.round(2 * (10 * Math.log10(power[band]!) + 80));
    out[offset + band] = byte > 255 ? 255 : byte > 0 ? byte : 0;
  }
}

/** dB of a byte. */
export function decodeLevel(byte: number): number {
  return byte / 2 - 80;
}
