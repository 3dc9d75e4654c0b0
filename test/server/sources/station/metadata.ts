/** ICY metadata as a server writes it. */

/** Sound with a block of metadata after every `interval` bytes, as a server writes it; empty texts are empty blocks. */
export function withMetadata(sound: Uint8Array, interval: number, texts: readonly (string | Uint8Array)[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0, k = 0; at < sound.length; at += interval, k += 1) {
    const part = sound.subarray(at, at + interval);
    parts.push(part);
    if (part.length < interval) break;
    const text = Buffer.from(texts[k % Math.max(1, texts.length)] ?? '');
    const block = Buffer.alloc(16 * Math.ceil(text.length / 16));
    text.copy(block);
    parts.push(Buffer.from([block.length / 16]), block);
  }
  return Buffer.concat(parts);
}
