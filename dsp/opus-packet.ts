/** What an Opus packet says of itself before it is decoded. */

/** Duration of an Opus packet, ms, from its first bytes (RFC 6716, section 3.1). */
export function opusPacketMs(packet: Uint8Array): number {
  const [toc = 0, count = 0] = packet;
  const mode = toc >> 3;
  const frameMs = mode < 12 ? [10, 20, 40, 60][mode % 4]! : 2.5 * 2 ** (mode < 16 ? 2 + mode % 2 : mode % 4);
  return frameMs * (toc % 4 === 3 ? count & 63 : Math.min(2, toc % 4 + 1));
}
