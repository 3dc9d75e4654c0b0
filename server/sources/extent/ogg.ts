/**
 * Ogg: cut off where the last page is incomplete. A missing end mark is not: streams and recorders that
 * stop leave none. (RFC 3533.)
 */
import type { Extent } from './extent.js';
import type { ReadWindow } from './file-window.js';

const CAPTURE = 'OggS';
const HEADER_BYTES = 27;
const BEGIN_OF_STREAM = 2;
/** 27 bytes of header, 255 of segment table, 255 × 255 of data. */
const MAX_PAGE_BYTES = HEADER_BYTES + 255 + 255 * 255;
const MAX_STREAMS = 64;
/** Starts of streams that are not sound. */
const NOT_AUDIO = ['\x80theora', 'fishead\0', '\x80kate', 'CMML', 'BBCD', 'OVP80', '\x80daala', '\x01video'];

export async function oggExtent(file: ReadWindow): Promise<Extent> {
  const silent = new Set<number>();
  let streams = 0;
  for (let at = 0; streams < MAX_STREAMS;) {
    const page = pageAt(await file.read(at, MAX_PAGE_BYTES), 0);
    if (!page || (page.flags & BEGIN_OF_STREAM) === 0) break;
    streams += 1;
    if (NOT_AUDIO.some((magic) => page.body.toString('latin1').startsWith(magic))) silent.add(page.serial);
    at += page.bytes;
  }
  const from = Math.max(0, file.size - MAX_PAGE_BYTES);
  const tail = await file.read(from, MAX_PAGE_BYTES);
  return { stream: 0, isCut: endsWithinPage(tail, silent), isLengthOfSound: streams <= 1 };
}

/** Whether the file ends within a page of sound. */
function endsWithinPage(tail: Buffer, silent: ReadonlySet<number>): boolean {
  const at = tail.lastIndexOf(CAPTURE, undefined, 'latin1');
  // Something else is behind the last page, such as a tag.
  if (at < 0) return false;
  const page = pageAt(tail, at);
  return page ? page.isCut && !silent.has(page.serial) : true;
}

/** @returns undefined if the header is incomplete or not one */
function pageAt(bytes: Buffer, at: number): { serial: number; flags: number; bytes: number; body: Buffer; isCut: boolean } | undefined {
  if (at + HEADER_BYTES > bytes.length || bytes.toString('latin1', at, at + 4) !== CAPTURE) return undefined;
  const segments = bytes.readUInt8(at + 26);
  const table = bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + segments);
  const bodyAt = at + HEADER_BYTES + segments;
  const bodyBytes = table.reduce((sum, size) => sum + size, 0);
  return {
    serial: bytes.readUInt32LE(at + 14),
    flags: bytes.readUInt8(at + 5),
    bytes: HEADER_BYTES + segments + bodyBytes,
    body: bytes.subarray(bodyAt, bodyAt + bodyBytes),
    isCut: table.length < segments || bodyAt + bodyBytes > bytes.length,
  };
}
