/**
 * Separates ICY metadata from a radio's audio: after every `icy-metaint` bytes of audio comes one
 * byte with the length of a block in units of 16 bytes, then the block, such as
 * StreamTitle='Artist - Title';StreamUrl='';
 * (A de-facto standard from Shoutcast.)
 */

/** Longer titles are cut; a block may have up to 4,080 bytes. */
const MAX_TITLE_CHARS = 500;

export class IcyBody {
  readonly #interval: number;
  readonly #onTitle: (title: string | null) => void;
  /** Bytes of audio until the next length byte. */
  #audioLeft: number;
  #block: Uint8Array | undefined;
  #blockFilled = 0;

  /** @param interval bytes of audio between blocks, from the header `icy-metaint` */
  constructor(interval: number, onTitle: (title: string | null) => void) {
    this.#interval = interval;
    this.#onTitle = onTitle;
    this.#audioLeft = interval;
  }

  /** @returns the audio in `bytes`, which may be split anywhere */
  push(bytes: Uint8Array): Uint8Array {
    if (!this.#block && bytes.length <= this.#audioLeft) {
      this.#audioLeft -= bytes.length;
      return bytes;
    }
    const audio = new Uint8Array(bytes.length);
    let audioBytes = 0;
    for (let at = 0; at < bytes.length;) {
      if (this.#block) {
        const part = bytes.subarray(at, at + this.#block.length - this.#blockFilled);
        this.#block.set(part, this.#blockFilled);
        this.#blockFilled += part.length;
        at += part.length;
        this.#endBlockIfFull();
      } else if (this.#audioLeft > 0) {
        const part = bytes.subarray(at, at + this.#audioLeft);
        audio.set(part, audioBytes);
        audioBytes += part.length;
        this.#audioLeft -= part.length;
        at += part.length;
      } else {
        this.#block = new Uint8Array(16 * bytes[at]!);
        this.#blockFilled = 0;
        at += 1;
        this.#endBlockIfFull();
      }
    }
    return audio.subarray(0, audioBytes);
  }

  #endBlockIfFull(): void {
    if (!this.#block || this.#blockFilled < this.#block.length) return;
    // A block of length 0 means no change; one may also have other fields but no title.
    const title = titleOf(this.#block);
    if (title !== undefined) this.#onTitle(title);
    this.#block = undefined;
    this.#audioLeft = this.#interval;
  }
}

/** @returns undefined if the block has no title field, null if that is empty */
export function titleOf(block: Uint8Array): string | null | undefined {
  // Quotes within the title are not escaped: it ends at the next field or at the end of the block.
  const found = /StreamTitle='(.*?)'(?:;\s*(?:[A-Za-z]\w*='.*)?|\s*)$/s.exec(textOf(block).replace(/\0[^]*$/, ''));
  return found ? cleanTitle(found[1]!) : undefined;
}

/** Title for display: one line, no control characters, limited length; null if nothing is left. */
export function cleanTitle(title: string): string | null {
  return title.replace(/[\p{Cc}\s]+/gu, ' ').trim().slice(0, MAX_TITLE_CHARS).trim() || null;
}

/** Decodes text of unknown encoding: as UTF-8 if it is valid, which other encodings rarely are, else as Windows-1252. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
