/**
 * Separates ICY metadata from a radio's audio: after every `icy-metaint` bytes of audio comes one
 * byte with the length of a block in units of 16 bytes, then the block, such as
 * StreamTitle='Artist - Title';StreamUrl='';
 * (A de-facto standard from Shoutcast.)
 */

import { readTitle } from './title.js';

export class IcyBody {
  readonly #interval: number;
  readonly #onTitle: (title: string | null) => void;
  readonly #charset: string | undefined;
  /** Bytes of audio until the next length byte. */
  #audioLeft: number;
  #block: Uint8Array | undefined;
  #blockFilled = 0;

  /**
   * @param interval bytes of audio between blocks, from the header `icy-metaint`
   * @param charset encoding of titles that the server names
   */
  constructor(interval: number, onTitle: (title: string | null) => void, charset?: string) {
    this.#interval = interval;
    this.#charset = charset;
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
    const title = titleOf(this.#block, this.#charset);
    if (title !== undefined) this.#onTitle(title);
    this.#block = undefined;
    this.#audioLeft = this.#interval;
  }
}

/** Sources differ in how they write the name: streamtitle, Stream_Title, with spaces. */
const TITLE_FIELD = /(?<![a-z_])stream[ _-]?title\s*[=:]\s*/i;
const OTHER_FIELD = /^\s*[a-z]\w*\s*=/i;
/** What follows a title after its quote: nothing, or another field. Quotes within a title are not escaped. */
const AFTER_QUOTE = /\s*(?:;\s*(?:$|[a-z]\w*\s*=\s*['"]|stream\w*\s*=)|$)/iy;
/** The same for a title without quotes. */
const AFTER_TITLE = /;\s*(?:$|[a-z]\w*\s*=\s*['"]|stream\w*\s*=)/i;

/**
 * @returns undefined if the block is empty or has other fields only; null if the title is empty or
 * can't be read, which ends the one before
 */
export function titleOf(block: Uint8Array, charset?: string): string | null | undefined {
  // Latin-1 stands for bytes here: no encoding of titles has quotes or semicolons in other characters.
  const text = Buffer.from(block).toString('latin1').replace(/^\0+/, '').split('\0', 1)[0]!;
  const field = TITLE_FIELD.exec(text);
  if (!field) return text.trim() === '' || OTHER_FIELD.test(text) ? undefined : null;
  return readTitle(Buffer.from(valueOf(text.slice(field.index + field[0].length)), 'latin1'), charset);
}

/** The value at the start of the text; one that is cut off extends to the end. */
function valueOf(text: string): string {
  const quote = text[0];
  if (quote !== '\'' && quote !== '"') return text.slice(0, AFTER_TITLE.exec(text)?.index);
  for (let at = text.indexOf(quote, 1); at >= 0; at = text.indexOf(quote, at + 1)) {
    AFTER_QUOTE.lastIndex = at + 1;
    if (AFTER_QUOTE.test(text)) return text.slice(1, at);
  }
  return text.slice(1);
}
