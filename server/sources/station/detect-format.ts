/**
 * Detects MP3 and ADTS (AAC) by their frame headers. A radio stream starts in the middle of a frame,
 * where FFmpeg needs 128 KB (8 s at 128 kbit/s) to detect MP3. Three consecutive headers, each at the
 * distance given by the one before, are enough, and found in 4 KB.
 * (ISO/IEC 11172-3, section 2.4.1; ISO/IEC 13818-7, section 6.2.)
 */

/** Contains three frames at any usual bit rate. */
export const DETECTION_BYTES = 4096;
const HEADERS_IN_A_ROW = 3;

const MPEG1_KBPS = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const MPEG2_KBPS = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const MPEG1_RATES = [44100, 48000, 32000];

/** FFmpeg's names. */
export type FrameFormat = 'mp3' | 'aac';

/** @returns undefined if the bytes are not clearly one of the two */
export function detectFormat(bytes: Uint8Array): FrameFormat | undefined {
  // Packets of these containers may hold several short frames in a row.
  if (isTransportStream(bytes) || isMp4(bytes)) return undefined;
  return findFrames(bytes)?.format;
}

/** The first frames in a row of a format that is looked for. */
export function findFrames(bytes: Uint8Array, isLookedFor: (format: FrameFormat) => boolean = () => true): { readonly format: FrameFormat; readonly at: number } | undefined {
  const formats = (['mp3', 'aac'] as const).filter(isLookedFor);
  // Both have headers that begin with this byte.
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const format = formats.find((each) => hasConsecutiveFrames(bytes, at, each));
    if (format) return { format, at };
  }
  return undefined;
}

/** Length in bytes of the frame whose header is at `at`; 0 if there is none. */
export function frameBytes(format: FrameFormat, bytes: Uint8Array, at: number): number {
  return format === 'mp3' ? mp3FrameBytes(bytes, at) : adtsFrameBytes(bytes, at);
}

function isTransportStream(bytes: Uint8Array): boolean {
  return bytes[0] === 0x47 && bytes[188] === 0x47;
}

function isMp4(bytes: Uint8Array): boolean {
  return ['ftyp', 'styp', 'moov', 'moof'].includes(String.fromCharCode(...bytes.subarray(4, 8)));
}

function hasConsecutiveFrames(bytes: Uint8Array, start: number, format: FrameFormat): boolean {
  let at = start;
  for (let headers = 0; headers < HEADERS_IN_A_ROW; headers += 1) {
    const length = frameBytes(format, bytes, at);
    if (length === 0) return false;
    at += length;
  }
  return true;
}

/** Length in bytes of the layer III frame whose header is at `at`; 0 if there is none. */
function mp3FrameBytes(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length || bytes[at] !== 0xff || (bytes[at + 1]! & 0xe0) !== 0xe0) return 0;
  const version = (bytes[at + 1]! >> 3) & 3; // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
  const isLayer3 = ((bytes[at + 1]! >> 1) & 3) === 1;
  const kbps = (version === 3 ? MPEG1_KBPS : MPEG2_KBPS)[bytes[at + 2]! >> 4] ?? 0;
  const rate = (MPEG1_RATES[(bytes[at + 2]! >> 2) & 3] ?? 0) / (version === 3 ? 1 : version === 2 ? 2 : 4);
  if (!isLayer3 || version === 1 || kbps === 0 || rate === 0) return 0;
  const padding = (bytes[at + 2]! >> 1) & 1;
  return Math.floor((version === 3 ? 144_000 : 72_000) * kbps / rate) + padding;
}

/** Length in bytes of the ADTS frame whose header is at `at`; 0 if there is none. */
function adtsFrameBytes(bytes: Uint8Array, at: number): number {
  if (at + 7 > bytes.length || bytes[at] !== 0xff || (bytes[at + 1]! & 0xf6) !== 0xf0) return 0;
  const length = ((bytes[at + 3]! & 3) << 11) | (bytes[at + 4]! << 3) | (bytes[at + 5]! >> 5);
  return length >= 7 ? length : 0;
}
