/**
 * Finds the file in a multipart/form-data body (RFC 7578) as it arrives, whatever its length: form fields before it
 * are skipped, and what follows it is not read.
 */
import { ProtocolError } from '../protocol/errors.js';

/** Headers of one part. */
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_BOUNDARY_CHARS = 70;
const HEADER_END = Buffer.from('\r\n\r\n');

export interface FilePart {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** @returns undefined if the content type is another one. @throws ProtocolError `bad-request` if it has no valid boundary */
export function boundaryOf(contentType: string): string | undefined {
  if (!/^multipart\/form-data\b/i.test(contentType.trim())) return undefined;
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? bare ?? '';
  if (boundary === '' || boundary.length > MAX_BOUNDARY_CHARS) throw new ProtocolError('bad-request', 'The Content-Type multipart/form-data must name its boundary, of 1 to 70 characters.');
  return boundary;
}

/**
 * Reads up to the first part that has a file name.
 * @throws ProtocolError `bad-request` when there is none or the body is malformed; `bytes` throws it when the body ends inside the file
 */
export async function filePart(body: AsyncIterable<Uint8Array>, boundary: string): Promise<FilePart> {
  const reader = new PartReader(body, boundary);
  await reader.skip();
  for (;;) {
    const headers = await reader.headers();
    if (headers === undefined) throw new ProtocolError('bad-request', 'The form has no file. Send it as one field with a file name, as curl -F file=@song.mp3 does.');
    const disposition = /^content-disposition:(.*)$/im.exec(headers)?.[1] ?? '';
    const name = /;\s*filename="((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1] ?? /;\s*filename=([^\s;"]+)/i.exec(disposition)?.[1];
    if (name !== undefined) return { name: unescaped(name), bytes: reader.content() };
    await reader.skip();
  }
}

/** Browsers escape quotes and line breaks in percent form (WHATWG HTML, multipart/form-data encoding algorithm); curl uses a backslash. */
function unescaped(name: string): string {
  return name.replace(/%22/g, '"').replace(/%0D/gi, '').replace(/%0A/gi, '').replace(/\\(["\\])/g, '$1');
}

class PartReader {
  readonly #input: AsyncIterator<Uint8Array>;
  /** The line break belongs to the delimiter, not to the part. */
  readonly #delimiter: Buffer;
  /** Begins with a line break, so that the first delimiter of the body is one too. */
  #held: Buffer = Buffer.from('\r\n');
  #isEnded = false;

  constructor(body: AsyncIterable<Uint8Array>, boundary: string) {
    this.#input = body[Symbol.asyncIterator]();
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
  }

  /** Passes over the rest of a part. */
  async skip(): Promise<void> {
    for await (const bytes of this.content()) void bytes;
  }

  /** The headers of the part that begins here; undefined after the last one. */
  async headers(): Promise<string | undefined> {
    while (this.#held.length < 2 && await this.#more());
    if (this.#held.toString('latin1', 0, 2) === '--') return undefined;
    for (;;) {
      // A part without headers has only the empty line.
      const end = this.#held.indexOf(HEADER_END);
      if (end >= 0) {
        const headers = this.#held.toString('utf8', 0, end);
        // The line break before the content stays: it may begin a delimiter, when the content is empty.
        this.#held = this.#held.subarray(end + 2);
        this.#hasLineBreak = true;
        return headers;
      }
      if (this.#held.length > MAX_HEADER_BYTES) throw new ProtocolError('bad-request', `A part of the form has headers of more than ${MAX_HEADER_BYTES} bytes.`);
      if (!await this.#more()) throw cutOff();
    }
  }

  /** The held bytes begin with a line break that is not content. */
  #hasLineBreak = false;

  /** The bytes up to the next delimiter, which is passed over. */
  async* content(): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      const at = this.#held.indexOf(this.#delimiter);
      if (at < 0) {
        // The end may be the first half of a delimiter.
        const safe = this.#held.length - this.#delimiter.length + 1;
        if (safe > 2) yield* this.#take(safe);
        if (!await this.#more()) throw cutOff();
        continue;
      }
      yield* this.#take(at);
      this.#held = this.#held.subarray(this.#delimiter.length);
      return;
    }
  }

  *#take(length: number): Generator<Uint8Array, void, void> {
    const from = this.#hasLineBreak && length >= 2 ? 2 : 0;
    if (length > 0) this.#hasLineBreak = false;
    const bytes = this.#held.subarray(from, length);
    this.#held = this.#held.subarray(length);
    if (bytes.length > 0) yield bytes;
  }

  async #more(): Promise<boolean> {
    if (this.#isEnded) return false;
    const next = await this.#input.next();
    if (next.done) {
      this.#isEnded = true;
      return false;
    }
    this.#held = this.#held.length === 0 ? Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength) : Buffer.concat([this.#held, next.value]);
    return true;
  }
}

function cutOff(): ProtocolError {
  return new ProtocolError('bad-request', 'The form ends inside a part; its last line must be the boundary with two dashes behind it.');
}
