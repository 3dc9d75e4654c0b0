/**
 * ICY metadata out of a radio's bytes: after every `icy-metaint` bytes of sound comes one byte, the
 * length of a block in 16s, then the block: StreamTitle='Artist - Title';StreamUrl='';
 * (No standard; as Shoutcast did it first and every server has since.)
 */

/** Longer titles are cut; a block could hold 4,080 bytes. */
const MAX_TITLE_CHARS = 500;

export class IcyBody {
  readonly #interval: number;
  readonly #onTitle: (title: string | null) => void;
  /** Bytes of sound until the next length. */
  #soundLeft: number;
  #block: Uint8Array | undefined;
  #blockFilled = 0;

  /** @param interval bytes of sound between blocks, from the header `icy-metaint` */
  constructor(interval: number, onTitle: (title: string | null) => void) {
    this.#interval = interval;
    this.#onTitle = onTitle;
    this.#soundLeft = interval;
  }

  /** @returns the sound among `bytes`, which may be cut anywhere */
  push(bytes: Uint8Array): Uint8Array {
    if (!this.#block && bytes.length <= this.#soundLeft) {
      this.#soundLeft -= bytes.length;
      return bytes;
    }
    const sound = new Uint8Array(bytes.length);
    let soundBytes = 0;
    for (let at = 0; at < bytes.length;) {
      if (this.#block) {
        const part = bytes.subarray(at, at + this.#block.length - this.#blockFilled);
        this.#block.set(part, this.#blockFilled);
        this.#blockFilled += part.length;
        at += part.length;
        this.#endBlockIfFull();
      } else if (this.#soundLeft > 0) {
        const part = bytes.subarray(at, at + this.#soundLeft);
        sound.set(part, soundBytes);
        soundBytes += part.length;
        this.#soundLeft -= part.length;
        at += part.length;
      } else {
        this.#block = new Uint8Array(16 * bytes[at]!);
        this.#blockFilled = 0;
        at += 1;
        this.#endBlockIfFull();
      }
    }
    return sound.subarray(0, soundBytes);
  }

  #endBlockIfFull(): void {
    if (!this.#block || this.#blockFilled < this.#block.length) return;
    // A block of length 0 says that nothing has changed; one without a title is about other things.
    const title = titleOf(this.#block);
    if (title !== undefined) this.#onTitle(title);
    this.#block = undefined;
    this.#soundLeft = this.#interval;
  }
}

/** @returns undefined where the block says nothing of a title, null where it says that there is none */
export function titleOf(block: Uint8Array): string | null | undefined {
  // A quote within the title is not escaped: the title ends where another field begins, or all ends.
  const found = /StreamTitle='(.*?)'(?:;\s*(?:[A-Za-z]\w*='.*)?|\s*)$/s.exec(textOf(block).replace(/\0[^]*$/, ''));
  return found ? cleanTitle(found[1]!) : undefined;
}

/** As people read it: one line, no control characters, not endless; null where nothing is left. */
export function cleanTitle(title: string): string | null {
  return title.replace(/[\p{Cc}\s]+/gu, ' ').trim().slice(0, MAX_TITLE_CHARS).trim() || null;
}

/** Nobody says which encoding: what is valid UTF-8 is nearly never meant as anything else. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
