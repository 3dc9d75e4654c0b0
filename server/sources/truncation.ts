/**
 * Detects truncated WAV and Ogg files from their headers, because FFmpeg decodes them without an
 * error. Other formats announce a length that is compared after decoding.
 */
import type { FileHandle } from 'node:fs/promises';

const UNKNOWN_SIZES = [0, 0xffffffff, 0x7fffffff, 0x80000000];
const OGG_LAST_PAGE = 4;
/** Longest Ogg page: 27 bytes of header, 255 of segment table, 255 × 255 of data (RFC 3533). */
const OGG_MAX_PAGE = 27 + 255 + 255 * 255;

/** True when a WAV file's samples or an Ogg file's last page are incomplete. */
export async function isTruncated(file: FileHandle, fileBytes: number): Promise<boolean> {
  const start = await read(file, 0, 12);
  const word = start.toString('latin1', 0, 4);
  if (word === 'RIFF' && start.toString('latin1', 8) === 'WAVE') return wavIsTruncated(file, fileBytes);
  if (word === 'OggS') return oggIsTruncated(file, fileBytes);
  return false;
}

async function wavIsTruncated(file: FileHandle, fileBytes: number): Promise<boolean> {
  for (let at = 12; at + 8 <= fileBytes;) {
    const chunk = await read(file, at, 8);
    const size = chunk.readUInt32LE(4);
    if (chunk.toString('latin1', 0, 4) === 'data') return !UNKNOWN_SIZES.includes(size) && at + 8 + size > fileBytes;
    at += 8 + size + (size % 2);
  }
  return false;
}

async function oggIsTruncated(file: FileHandle, fileBytes: number): Promise<boolean> {
  const from = Math.max(0, fileBytes - OGG_MAX_PAGE);
  const tail = await read(file, from, fileBytes - from);
  const page = tail.lastIndexOf('OggS');
  if (page < 0 || page + 27 > tail.length) return true;
  const segments = tail.readUInt8(page + 26);
  const table = tail.subarray(page + 27, page + 27 + segments);
  const pageBytes = 27 + segments + table.reduce((sum, size) => sum + size, 0);
  return table.length < segments || page + pageBytes > tail.length || (tail.readUInt8(page + 5) & OGG_LAST_PAGE) === 0;
}

async function read(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, at);
  return buffer.subarray(0, bytesRead);
}
