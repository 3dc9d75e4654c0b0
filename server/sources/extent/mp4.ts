/**
 * MP4 and QuickTime: the tracks of sound, which of them is the default, and whether the file holds all of
 * the samples that the track's tables point to. Lengths of other tracks, chapters and edit lists say nothing
 * about that. (ISO/IEC 14496-12.)
 */
import type { Extent } from './extent.js';
import type { ReadWindow } from './file-window.js';

/** Boxes at the top; a fragmented file has two for each fragment. */
const MAX_BOXES = 4096;
/** A longer index is left to FFmpeg; 10 hours of AAC have 7 MB. */
const MAX_INDEX_BYTES = 64 * 1024 * 1024;
/** Longest head of a box: size, name, long size. */
const HEAD_BYTES = 16;
/** Flag of a track header: the track is enabled, which players take as the default. */
const ENABLED = 1;
/** Of several candidates the first is heard that has this share of the longest. */
const NEARLY_LONGEST = 0.95;
const FIRST_BOXES = ['ftyp', 'styp', 'moov', 'moof', 'mdat', 'wide', 'free', 'skip', 'pnot'];

interface Box {
  readonly name: string;
  /** Where its content begins and ends. */
  readonly from: number;
  readonly to: number;
}

interface Track {
  readonly isDefault: boolean;
  readonly durationMs: number;
  /** Position after its last sample. */
  readonly end: number;
}

export function isMp4(start: Buffer): boolean {
  return FIRST_BOXES.includes(start.toString('latin1', 4, 8));
}

export async function mp4Extent(file: ReadWindow): Promise<Extent> {
  let index: Box | undefined;
  let hasSound = false;
  let isFragmented = false;
  let isCut = false;
  let at = 0;
  for (let boxes = 0; boxes < MAX_BOXES && at + 8 <= file.size; boxes += 1) {
    const box = boxIn(await file.read(at, HEAD_BYTES), at, file.size);
    if (!box) break;
    if (box.name === 'moov') index ??= box;
    if (box.name === 'mdat') hasSound = true;
    if (box.name === 'moof') isFragmented = true;
    if ((box.name === 'mdat' || box.name === 'moof') && box.to > file.size) isCut = true;
    at = box.to;
  }
  const unknown: Extent = { stream: 0, isCut: false, isLengthOfSound: false };
  // Without the box `moov`, the last one of a file that was not rewritten for the web, nothing can be decoded.
  if (!index || index.to > file.size) return { ...unknown, isCut, lacksIndex: index !== undefined || (hasSound && !isFragmented) };
  if (index.to - index.from > MAX_INDEX_BYTES) return { ...unknown, isCut };
  const tracks = audioTracks(await file.read(index.from, index.to - index.from));
  const stream = choose(tracks);
  const heard = tracks[stream];
  if (!heard) return unknown;
  return {
    stream,
    isCut: isFragmented ? isCut : heard.end > file.size,
    isLengthOfSound: false,
    ...(!isFragmented && heard.durationMs > 0 && { durationMs: heard.durationMs }),
  };
}

/** The default, else the longest. */
function choose(tracks: readonly Track[]): number {
  const marked = tracks.filter(({ isDefault }) => isDefault);
  const candidates = marked.length > 0 ? marked : tracks;
  const longestMs = Math.max(...candidates.map(({ durationMs }) => durationMs));
  return Math.max(0, tracks.findIndex((track) => candidates.includes(track) && track.durationMs >= NEARLY_LONGEST * longestMs));
}

function audioTracks(index: Buffer): Track[] {
  return boxesIn(index, 0, index.length).filter(({ name }) => name === 'trak').flatMap((track) => {
    const media = find(index, track, 'mdia');
    const handler = media && find(index, media, 'hdlr');
    if (!media || !handler || index.toString('latin1', handler.from + 8, handler.from + 12) !== 'soun') return [];
    const header = find(index, track, 'tkhd');
    const table = find(index, media, 'minf', 'stbl');
    return [{
      isDefault: header !== undefined && (u32(index, header.from) & ENABLED) !== 0,
      durationMs: durationMs(index, find(index, media, 'mdhd')),
      end: table ? endOfSamples(index, table) : 0,
    }];
  });
}

function durationMs(index: Buffer, header: Box | undefined): number {
  if (!header) return 0;
  const isLong = index[header.from] === 1;
  const scale = u32(index, header.from + (isLong ? 20 : 12));
  const length = isLong ? u64(index, header.from + 24) : u32(index, header.from + 16);
  const isUnknown = length === 0xffffffff || length > Number.MAX_SAFE_INTEGER;
  return scale === 0 || isUnknown ? 0 : 1000 * length / scale;
}

/** Position after the last sample of a track: chunks of samples, each at an offset, with a number of samples that changes at some of them. */
function endOfSamples(index: Buffer, table: Box): number {
  const offsets = find(index, table, 'co64') ?? find(index, table, 'stco');
  const runs = find(index, table, 'stsc');
  const sizes = find(index, table, 'stsz');
  if (!offsets || !runs || !sizes) return 0;
  const offsetBytes = offsets.name === 'co64' ? 8 : 4;
  const chunks = entries(index, offsets, offsetBytes, 4);
  const runCount = entries(index, runs, 12, 4);
  const fixedSize = u32(index, sizes.from + 4);
  const samples = fixedSize > 0 ? Infinity : entries(index, sizes, 4, 8);
  // A run's number of samples holds for its chunk and all until the next run's.
  const samplesIn = (run: number): number => u32(index, runs.from + 8 + 12 * run + 4);
  let end = 0;
  let sample = 0;
  for (let chunk = 0, run = 0; chunk < chunks && sample < samples; chunk += 1) {
    while (run + 1 < runCount && u32(index, runs.from + 8 + 12 * (run + 1)) <= chunk + 1) run += 1;
    const count = samplesIn(run);
    let bytes = fixedSize * count;
    if (fixedSize === 0) {
      const to = Math.min(samples, sample + count);
      for (; sample < to; sample += 1) bytes += u32(index, sizes.from + 12 + 4 * sample);
    }
    const at = offsets.from + 8 + offsetBytes * chunk;
    end = Math.max(end, (offsetBytes === 8 ? u64(index, at) : u32(index, at)) + bytes);
  }
  return end;
}

/** Entries of a table that are in the file, whatever number it announces. */
function entries(index: Buffer, box: Box, entryBytes: number, countAt: number): number {
  const there = Math.floor((box.to - box.from - countAt - 4) / entryBytes);
  return Math.max(0, Math.min(u32(index, box.from + countAt), there));
}

function find(bytes: Buffer, { from, to }: Box, ...path: readonly string[]): Box | undefined {
  let box: Box | undefined = { name: '', from, to };
  for (const name of path) box = box && boxesIn(bytes, box.from, box.to).find((each) => each.name === name);
  return box;
}

function boxesIn(bytes: Buffer, from: number, to: number): Box[] {
  const boxes: Box[] = [];
  for (let at = from; at + 8 <= to && boxes.length < MAX_BOXES;) {
    const box = boxIn(bytes.subarray(at, at + HEAD_BYTES), at, to);
    if (!box) break;
    boxes.push({ ...box, to: Math.min(box.to, to) });
    at = box.to;
  }
  return boxes;
}

/** @param end what a size of 0 means */
function boxIn(head: Buffer, at: number, end: number): Box | undefined {
  if (head.length < 8) return undefined;
  const isLong = head.readUInt32BE(0) === 1;
  if (isLong && head.length < HEAD_BYTES) return undefined;
  const headBytes = isLong ? HEAD_BYTES : 8;
  const size = isLong ? Number(head.readBigUInt64BE(8)) : head.readUInt32BE(0);
  if (size !== 0 && size < headBytes) return undefined;
  return { name: head.toString('latin1', 4, 8), from: at + headBytes, to: size === 0 ? end : at + size };
}

function u32(bytes: Buffer, at: number): number {
  return at + 4 <= bytes.length ? bytes.readUInt32BE(at) : 0;
}

function u64(bytes: Buffer, at: number): number {
  return u32(bytes, at) * 2 ** 32 + u32(bytes, at + 4);
}
