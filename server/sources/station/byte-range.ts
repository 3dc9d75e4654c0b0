/**
 * The byte range of a resource that was asked for, from a server that may have ignored the request
 * for it (status 200) or sent more (RFC 9110, section 14).
 */
import { SourceFault } from './source-event.js';

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** Where a server ignores ranges, the bytes before one are read and discarded, at most so many: an hour of sound at 128 kbit/s. */
const MAX_SKIPPED_BYTES = 64 * 1024 * 1024;

/** @returns the value of the header `Range` */
export function rangeHeader({ offset, length }: ByteRange): string {
  return `bytes=${offset}-${offset + length - 1}`;
}

/**
 * @param contentRange value of `Content-Range` in a response of status 206
 * @returns the bytes of the range in `body`
 * @throws SourceFault when the body does not contain the range, or only after too many other bytes
 */
export function inRange(body: AsyncIterable<Uint8Array>, range: ByteRange, status: number, contentRange = '', maxSkippedBytes: number = MAX_SKIPPED_BYTES): AsyncIterable<Uint8Array> {
  const sentFrom = /^bytes[ =]*(\d+)-/i.exec(contentRange)?.[1];
  const skipBytes = status !== 206 ? range.offset : sentFrom === undefined ? 0 : range.offset - Number(sentFrom);
  if (skipBytes < 0) throw new SourceFault(`The server sends another byte range (from ${sentFrom}) than the one asked for (from ${range.offset}).`);
  if (skipBytes > maxSkippedBytes) throw new SourceFault(`The server ignores byte ranges, and a segment lies more than ${maxSkippedBytes} bytes into its file.`);
  return slice(body, skipBytes, range.length);
}

async function* slice(body: AsyncIterable<Uint8Array>, skipBytes: number, length: number): AsyncGenerator<Uint8Array, void, void> {
  let skipLeft = skipBytes;
  let left = length;
  for await (const bytes of body) {
    const part = bytes.subarray(skipLeft, skipLeft + left);
    skipLeft = Math.max(0, skipLeft - bytes.length);
    left -= part.length;
    if (part.length > 0) yield part;
    if (left === 0) return;
  }
  if (left === length) throw new SourceFault('The server\'s file ends before the byte range that the playlist names.');
}
