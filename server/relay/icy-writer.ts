/**
 * Puts titles among the bytes of a stream, for players that ask for them with `Icy-MetaData: 1`: after
 * every `ICY_INTERVAL` bytes of sound one byte with the length of the title in units of 16 bytes, then
 * the title. (A de-facto standard from Shoutcast; `sources/station/icy.ts` reads it.)
 */

/** The usual interval; 0.7 s at 192 kbit/s. */
export const ICY_INTERVAL = 16_000;
const UNIT = 16;
const MOST_BYTES = 255 * UNIT;

export class IcyWriter {
  #left = ICY_INTERVAL;
  #title: Uint8Array | undefined;

  /** Goes out at the next interval; without a new one intervals carry none, which means no change. */
  setTitle(title: string): void {
    this.#title = titleBlock(title);
  }

  push(bytes: Uint8Array): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + this.#left);
      parts.push(part);
      at += part.length;
      this.#left -= part.length;
      if (this.#left > 0) continue;
      parts.push(this.#title ?? Uint8Array.of(0));
      this.#title = undefined;
      this.#left = ICY_INTERVAL;
    }
    return new Uint8Array(Buffer.concat(parts));
  }
}

/** Quotes within a title are not escaped: players look for the quote before a semicolon, so that is what a title may not have. */
function titleBlock(title: string): Uint8Array {
  const room = MOST_BYTES - "StreamTitle='';".length;
  const text = Buffer.from(title.replaceAll("';", "’;").replace(/\p{Cc}+/gu, ' '));
  // Cut between characters: what is left of one is not decoded.
  const cut = new TextDecoder().decode(text.subarray(0, room), { stream: true });
  const block = Buffer.from(`StreamTitle='${cut}';`);
  const units = Math.ceil(block.length / UNIT);
  const bytes = new Uint8Array(1 + UNIT * units);
  bytes[0] = units;
  bytes.set(block, 1);
  return bytes;
}
