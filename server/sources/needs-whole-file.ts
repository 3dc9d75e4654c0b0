/** Tells the files of which nothing can be decoded before all is there: MP4s with their samples before their index. */
import { isMp4 } from './extent/mp4.js';
import type { PipedBytes } from './piped-bytes.js';

/** Bytes in which the index of an MP4 or its sound must begin, so that their order is known. */
const MAX_START_BYTES = 1024 * 1024;
const MAX_START_BOXES = 32;
const HEADER_BYTES = 8;

/** Consumes nothing. */
export async function needsWholeFile(bytes: PipedBytes): Promise<boolean> {
  if (!isMp4(Buffer.from(await bytes.peek(HEADER_BYTES)))) return false;
  for (let at = 0, boxes = 0; at + HEADER_BYTES <= MAX_START_BYTES && boxes < MAX_START_BOXES; boxes += 1) {
    const start = await bytes.peek(at + HEADER_BYTES);
    if (start.length < at + HEADER_BYTES) return false;
    const box = Buffer.from(start.buffer, start.byteOffset + at, HEADER_BYTES);
    const name = box.toString('latin1', 4);
    if (name === 'mdat') return true;
    if (name === 'moov' || name === 'moof' || box.readUInt32BE(0) < HEADER_BYTES) return false;
    at += box.readUInt32BE(0);
  }
  return false;
}
