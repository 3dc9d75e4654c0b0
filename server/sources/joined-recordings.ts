/**
 * Counts the MP3s that were joined to one file, as by `cat`: each begins with a tag (ID3v2), which may hold
 * a picture, and decoders meet it in the middle of the sound. (id3.org, ID3 tag version 2.4.0, section 3.1.)
 */
import { open } from 'node:fs/promises';
import { pathOf } from './file-names.js';

const MAGIC = Buffer.from('ID3');
export const TAG_HEADER_BYTES = 10;
const HAS_FOOTER = 0x10;
const READ_BYTES = 1024 * 1024;
/** What is shorter is no recording but other tags. */
const MIN_PIECE_BYTES = 1024;
/** More of a file is not searched: half a gigabyte is half a day of MP3. */
const MAX_BYTES = 512 * 1024 * 1024;

/** Length of the tag that begins at `at`; 0 if none does. */
export function id3TagBytes(bytes: Uint8Array, at = 0): number {
  const header = bytes.subarray(at, at + TAG_HEADER_BYTES);
  if (header.length < TAG_HEADER_BYTES || !MAGIC.equals(header.subarray(0, 3))) return 0;
  const [version = 0, revision = 0, flags = 0, ...size] = header.subarray(3);
  if (version < 2 || version > 4 || revision === 0xff || (flags & 0x0f) !== 0 || size.some((byte) => byte >= 0x80)) return 0;
  const bodyBytes = size.reduce((sum, byte) => sum * 128 + byte, 0);
  return TAG_HEADER_BYTES + bodyBytes + ((flags & HAS_FOOTER) !== 0 ? TAG_HEADER_BYTES : 0);
}

/** How many pieces of sound the tags of an MP3 separate; 0 if the file begins with neither a tag nor a frame. */
export async function joinedRecordings(path: string): Promise<number> {
  const file = await open(pathOf(path));
  try {
    const size = Math.min((await file.stat()).size, MAX_BYTES);
    const buffer = Buffer.alloc(READ_BYTES);
    let pieces = 0;
    /** Where the newest piece begins. */
    let pieceAt = 0;
    for (let at = 0; at < size;) {
      const { bytesRead } = await file.read(buffer, 0, READ_BYTES, at);
      const bytes = buffer.subarray(0, bytesRead);
      if (at === 0 && id3TagBytes(bytes) === 0 && !(bytes[0] === 0xff && (bytes[1]! & 0xe0) === 0xe0)) return 0;
      if (bytesRead <= TAG_HEADER_BYTES) break;
      // A tag whose header is cut by the end of the buffer is found with the next read.
      let next = at + bytesRead - TAG_HEADER_BYTES;
      for (let found = bytes.indexOf(MAGIC); found >= 0 && found < bytesRead - TAG_HEADER_BYTES; found = bytes.indexOf(MAGIC, found + 1)) {
        const tagBytes = id3TagBytes(bytes, found);
        if (tagBytes === 0) continue;
        if (at + found - pieceAt >= MIN_PIECE_BYTES) pieces += 1;
        pieceAt = at + found + tagBytes;
        if (found + tagBytes >= bytesRead) {
          next = pieceAt;
          break;
        }
        found += tagBytes - 1;
      }
      at = next;
    }
    return pieces + (size - pieceAt >= MIN_PIECE_BYTES ? 1 : 0);
  } finally {
    await file.close();
  }
}
