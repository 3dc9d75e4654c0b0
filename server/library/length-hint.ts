/**
 * Length of a file by its first headers, to choose stretches before it is decoded: FLAC's STREAMINFO
 * (RFC 9639), the last position of an Ogg (RFC 3533), the frame count of an MP3's Xing or VBRI header, else its
 * size and bit rate. The other containers that `extent/` reads say it themselves.
 */
import type { Extent } from '../sources/extent/extent.js';
import type { ReadWindow } from '../sources/extent/file-window.js';
import { id3TagBytes, TAG_HEADER_BYTES } from '../sources/joined-recordings.js';

/** kbit/s by the four bits of the header; MPEG-1 and MPEG-2 layer III. */
const BIT_RATES = {
  1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
} as const;
const SAMPLE_RATES = [44100, 48000, 32000] as const;
const FRAME_HEADER_BYTES = 4;
/** Positions of Opus count at this rate, whatever the sound's own. */
const OPUS_RATE = 48000;
/** The longest page of an Ogg. */
const LAST_PAGE_BYTES = 27 + 255 + 255 * 255;
/** Where a header with the number of frames may begin in the first frame. */
const SEARCH_BYTES = 64;

/** @returns ms; undefined where only decoding would tell */
export async function lengthHint(file: ReadWindow, extent: Extent): Promise<number | undefined> {
  if (extent.durationMs !== undefined) return extent.durationMs;
  const start = Buffer.from(await file.read(0, 42));
  if (start.toString('latin1', 0, 4) === 'fLaC') return flacMs(start);
  if (start.toString('latin1', 0, 4) === 'OggS') return oggMs(file);
  const at = id3TagBytes(start.subarray(0, TAG_HEADER_BYTES));
  return mp3Ms(await file.read(at, FRAME_HEADER_BYTES + SEARCH_BYTES), file.size - at);
}

function flacMs(start: Buffer): number | undefined {
  if (start.length < 26) return undefined;
  const sampleRate = start.readUIntBE(18, 3) >> 4;
  const samples = (start[21]! & 0x0f) * 2 ** 32 + start.readUInt32BE(22);
  return sampleRate > 0 && samples > 0 ? (1000 * samples) / sampleRate : undefined;
}

async function oggMs(file: ReadWindow): Promise<number | undefined> {
  const first = (await file.read(0, 100)).toString('latin1');
  const vorbisAt = first.indexOf('\x01vorbis');
  // A file may end within its first header.
  const hasRate = vorbisAt > 0 && vorbisAt + 16 <= first.length;
  const sampleRate = first.includes('OpusHead') ? OPUS_RATE : hasRate ? Buffer.from(first, 'latin1').readUInt32LE(vorbisAt + 12) : 0;
  const from = Math.max(0, file.size - LAST_PAGE_BYTES);
  const tail = await file.read(from, LAST_PAGE_BYTES);
  const page = tail.lastIndexOf('OggS', undefined, 'latin1');
  if (sampleRate === 0 || page < 0 || page + 14 > tail.length) return undefined;
  const samples = Number(tail.readBigInt64LE(page + 6));
  return samples > 0 ? (1000 * samples) / sampleRate : undefined;
}

function mp3Ms(frame: Buffer, bytes: number): number | undefined {
  if (frame.length < FRAME_HEADER_BYTES + SEARCH_BYTES || frame[0] !== 0xff || (frame[1]! & 0xe0) !== 0xe0) return undefined;
  const version = (frame[1]! >> 3) & 3; // 3 MPEG-1, 2 MPEG-2, 0 MPEG-2.5
  const layer = (frame[1]! >> 1) & 3; // 1 layer III
  const rate = SAMPLE_RATES[(frame[2]! >> 2) & 3];
  const kbps = BIT_RATES[version === 3 ? 1 : 2][frame[2]! >> 4];
  if (version === 1 || layer !== 1 || rate === undefined || kbps === undefined || kbps === 0) return undefined;
  const sampleRate = version === 3 ? rate : version === 2 ? rate / 2 : rate / 4;
  const frameSamples = version === 3 ? 1152 : 576;
  const frames = frameCount(frame);
  return frames === undefined ? (8 * bytes) / kbps : (1000 * frames * frameSamples) / sampleRate;
}

function frameCount(frame: Buffer): number | undefined {
  const text = frame.toString('latin1');
  const xing = Math.max(text.indexOf('Xing'), text.indexOf('Info'));
  if (xing > 0 && xing + 12 <= frame.length && (frame[xing + 7]! & 1) === 1) return frame.readUInt32BE(xing + 8);
  const vbri = text.indexOf('VBRI');
  return vbri > 0 && vbri + 18 <= frame.length ? frame.readUInt32BE(vbri + 14) : undefined;
}
