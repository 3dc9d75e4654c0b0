/**
 * Formats that are a sequence of chunks, one of them the sound: WAV (also RF64, BW64 and RIFX), Wave64,
 * AIFF and CAF; and AU, which has one header. The size of the sound's chunk is a promise unless it is a dummy.
 * (IBM and Microsoft, RIFF, 1991; EBU Tech 3306; Apple, AIFF 1.3, Core Audio Format.)
 */
import { isDummySize } from '../wav.js';
import type { Extent } from './extent.js';
import type { ReadWindow } from './file-window.js';
import { rawFormatOfAiff, rawFormatOfWav } from './raw-sound.js';

/** Chunks before the sound that are read; real files have about 10. */
const MAX_CHUNKS = 256;
/** Less missing than this is a miscounted header, not missing sound. */
const MIN_CUT_MS = 20;
const HEADER_BYTES = 24;
/** Bytes of a format's chunk that are read: WAV's up to the sub-format, AIFF-C's up to the compression. */
const FORMAT_BYTES = 26;

/** How the chunks are written. */
export interface ChunkLayout {
  /** Where the first chunk begins. */
  readonly from: number;
  readonly nameBytes: 4 | 16;
  readonly sizeBytes: 4 | 8;
  readonly isLittle: boolean;
  /** Wave64's sizes include the chunk's header. */
  readonly includesHeader?: boolean;
  readonly align: 1 | 2 | 8;
  /** Name of the chunk with the sound. */
  readonly sound: 'data' | 'SSND';
}

const RIFF: ChunkLayout = { from: 12, nameBytes: 4, sizeBytes: 4, isLittle: true, align: 2, sound: 'data' };
const LAYOUTS: Readonly<Record<string, ChunkLayout>> = {
  'RIFF WAVE': RIFF,
  'RF64 WAVE': RIFF,
  'BW64 WAVE': RIFF,
  'RIFX WAVE': { ...RIFF, isLittle: false },
  'FORM AIFF': { ...RIFF, isLittle: false, sound: 'SSND' },
  'FORM AIFC': { ...RIFF, isLittle: false, sound: 'SSND' },
};
const W64: ChunkLayout = { from: 40, nameBytes: 16, sizeBytes: 8, isLittle: true, includesHeader: true, align: 8, sound: 'data' };
const CAF: ChunkLayout = { from: 8, nameBytes: 4, sizeBytes: 8, isLittle: false, align: 1, sound: 'data' };
/** AU is one chunk whose name, offset and size are its header. */
const AU: ChunkLayout = { from: 0, nameBytes: 4, sizeBytes: 4, isLittle: false, align: 1, sound: 'data' };

export function chunkLayoutOf(start: Buffer): ChunkLayout | undefined {
  const word = (at: number): string => start.toString('latin1', at, at + 4);
  if (word(0) === 'caff') return CAF;
  if (word(0) === '.snd') return AU;
  if (word(0) === 'riff' && word(24) === 'wave') return W64;
  return LAYOUTS[`${word(0)} ${word(8)}`];
}

export async function chunkExtent(file: ReadWindow, layout: ChunkLayout): Promise<Extent> {
  const whole: Extent = { stream: 0, isCut: false, isLengthOfSound: false };
  if (layout === AU) {
    const header = await file.read(0, HEADER_BYTES);
    if (header.length < HEADER_BYTES) return whole;
    return extentOfSound(file, header.readUInt32BE(4), header.readUInt32BE(8), undefined);
  }
  let bytesPerS: number | undefined;
  let format: ReturnType<typeof rawFormatOfWav>;
  const isAifc = layout === LAYOUTS['FORM AIFC'];
  const isAiff = layout.sound === 'SSND';
  /** From the chunk `ds64`, where 32 bits are too few. */
  let longSize: number | undefined;
  const headerBytes = layout.nameBytes + layout.sizeBytes;
  let at = layout.from;
  for (let chunks = 0; chunks < MAX_CHUNKS && at + headerBytes <= file.size; chunks += 1) {
    const header = await file.read(at, headerBytes + FORMAT_BYTES);
    if (header.length < headerBytes) break;
    const name = header.toString('latin1', 0, 4);
    const size = sizeOf(header, layout);
    const body = at + headerBytes;
    if (name === layout.sound) {
      const soundBytes = size === 0xffffffff && longSize !== undefined ? longSize : size;
      // AIFF's samples begin after an offset, which is 0 but for disks of its time, and a block size.
      const samplesAt = isAiff ? body + 8 + (header.length >= headerBytes + 4 ? header.readUInt32BE(headerBytes) : 0) : body;
      // FFmpeg reads other WAVs to their end by itself.
      const isUnreadable = isDummy(soundBytes) && (isAiff || layout === W64 || longSize !== undefined);
      return { ...extentOfSound(file, body, soundBytes, bytesPerS), ...(isUnreadable && format && { raw: { ...format, at: samplesAt } }) };
    }
    if (name === 'ds64' && header.length >= headerBytes + 16) longSize = Number(header.readBigUInt64LE(headerBytes + 8));
    if (name === 'fmt ' && layout.isLittle && header.length >= headerBytes + 12) bytesPerS = header.readUInt32LE(headerBytes + 8);
    const formatBody = header.subarray(headerBytes, headerBytes + Math.max(0, size));
    if (name === 'fmt ' && layout.isLittle) format = rawFormatOfWav(formatBody);
    if (name === 'COMM' && isAiff) format = rawFormatOfAiff(formatBody, isAifc);
    // An endless chunk, or nothing but zeros: there is no sound behind.
    if (size < 0 || !/^[\x20-\x7e]{4}$/.test(name)) break;
    at = body + Math.ceil(size / layout.align) * layout.align;
  }
  return whole;
}

/** Bytes of a chunk's body; -1 stands for "to the end". */
function sizeOf(header: Buffer, { nameBytes, sizeBytes, isLittle, includesHeader }: ChunkLayout): number {
  if (sizeBytes === 4) return isLittle ? header.readUInt32LE(nameBytes) : header.readUInt32BE(nameBytes);
  const size = Number(isLittle ? header.readBigInt64LE(nameBytes) : header.readBigInt64BE(nameBytes));
  return includesHeader ? Math.max(-1, size - nameBytes - sizeBytes) : size;
}

function extentOfSound(file: ReadWindow, at: number, size: number, bytesPerS: number | undefined): Extent {
  const there = Math.max(0, file.size - at);
  const minCutBytes = bytesPerS === undefined ? 0 : bytesPerS * MIN_CUT_MS / 1000;
  return {
    stream: 0,
    isCut: !isDummy(size) && size - there > minCutBytes,
    isLengthOfSound: false,
    ...(bytesPerS !== undefined && bytesPerS > 0 && { durationMs: 1000 * (isDummy(size) ? there : size) / bytesPerS }),
  };
}

/** Above 4 GiB a size is a number of 64 bits, whose dummies are -1, 0 and the largest there are. */
function isDummy(size: number): boolean {
  return size <= 0 || size > Number.MAX_SAFE_INTEGER || (size < 2 ** 32 && isDummySize(size));
}
