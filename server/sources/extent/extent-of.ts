/**
 * What a file's own structure says about its sound, before it is decoded: which stream to hear, how
 * long that is, and whether bytes of it are missing. FFmpeg decodes cut files without an error, and
 * its length of a file is that of the longest stream, chapter or dummy size in it.
 */
import { asfExtent, isAsf } from './asf.js';
import { chunkExtent, chunkLayoutOf } from './chunks.js';
import type { Extent } from './extent.js';
import type { ReadWindow } from './file-window.js';
import { isMatroska, matroskaExtent } from './matroska.js';
import { isMp4, mp4Extent } from './mp4.js';
import { oggExtent } from './ogg.js';

/** Nothing known: FFmpeg's length is trusted. */
const UNKNOWN: Extent = { stream: 0, isCut: false, isLengthOfSound: true };
/** Containers of several streams that announce no length, or one that is not read here. */
const OTHER_CONTAINERS: readonly Buffer[] = [
  Buffer.from('RIFF'), Buffer.from('FLV\x01', 'latin1'), Buffer.from('.RMF'), Buffer.from('nut/multimedia container'),
  Buffer.from([0, 0, 1, 0xba]), Buffer.from([0x47, 0x40]),
];
const START_BYTES = 32;

/** Reads headers only, a bounded number of them. */
export async function extentOf(file: ReadWindow): Promise<Extent> {
  const start = await file.read(0, START_BYTES);
  const layout = chunkLayoutOf(start);
  if (layout) return chunkExtent(file, layout);
  if (start.toString('latin1', 0, 4) === 'OggS') return oggExtent(file);
  if (isMp4(start)) return mp4Extent(file);
  if (isMatroska(start)) return matroskaExtent(file);
  if (isAsf(start)) return asfExtent(file);
  if (OTHER_CONTAINERS.some((magic) => magic.equals(start.subarray(0, magic.length)))) return { ...UNKNOWN, isLengthOfSound: false };
  return UNKNOWN;
}
