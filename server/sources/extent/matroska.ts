/**
 * Matroska and WebM: which audio track is the default, and whether the segment is complete. The file's length is that of
 * its longest track. (RFC 8794, EBML; RFC 9559, Matroska.)
 */
import type { Extent } from './extent.js';
import type { ReadWindow } from './file-window.js';

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const TRACKS = 0x1654ae6b;
const CLUSTER = 0x1f43b675;
const TRACK = 0xae;
const TRACK_TYPE = 0x83;
const FLAG_DEFAULT = 0x88;
const AUDIO = 2;
/** Longest head of an element: 4 bytes of id, 8 of size. */
const HEAD_BYTES = 12;
/** Elements that are read in a level, and bytes of the list of tracks; files have about 10, and some kilobytes. */
const MAX_ELEMENTS = 512;
const MAX_TRACKS_BYTES = 1024 * 1024;

interface Element {
  readonly id: number;
  /** Where its content begins. */
  readonly from: number;
  /** Infinity if the writer did not know. */
  readonly size: number;
}

export function isMatroska(start: Buffer): boolean {
  return start.length >= 4 && start.readUInt32BE(0) === EBML;
}

export async function matroskaExtent(file: ReadWindow): Promise<Extent> {
  const unknown: Extent = { stream: 0, isCut: false, isLengthOfSound: false };
  const head = await elementAt(file, 0);
  const segment = head && await elementAt(file, head.from + head.size);
  if (segment?.id !== SEGMENT) return unknown;
  const isComplete = !Number.isFinite(segment.size) || segment.from + segment.size <= file.size;
  let at = segment.from;
  for (let elements = 0; elements < MAX_ELEMENTS; elements += 1) {
    const element = await elementAt(file, at);
    if (!element || element.id === CLUSTER || !Number.isFinite(element.size)) break;
    if (element.id === TRACKS) {
      const tracks = tracksIn(await file.read(element.from, Math.min(element.size, MAX_TRACKS_BYTES)));
      const audio = tracks.filter(({ type }) => type === AUDIO);
      return {
        stream: Math.max(0, audio.findIndex(({ isDefault }) => isDefault)),
        isCut: false,
        isLengthOfSound: tracks.length === 1 || !isComplete,
      };
    }
    at = element.from + element.size;
  }
  return { ...unknown, isLengthOfSound: !isComplete };
}

function tracksIn(bytes: Buffer): { readonly type: number; readonly isDefault: boolean }[] {
  return elementsIn(bytes).filter(({ id }) => id === TRACK).map(({ from, size }) => {
    const fields = elementsIn(bytes.subarray(from, from + size));
    const number = (id: number, otherwise: number): number => {
      const field = fields.find((each) => each.id === id);
      return field && field.size === 1 ? bytes[from + field.from] ?? otherwise : otherwise;
    };
    return { type: number(TRACK_TYPE, 0), isDefault: number(FLAG_DEFAULT, 1) === 1 };
  });
}

/** Elements next to each other; stops at the first that is broken. */
function elementsIn(bytes: Buffer): Element[] {
  const elements: Element[] = [];
  for (let at = 0; elements.length < MAX_ELEMENTS;) {
    const element = parseHead(bytes.subarray(at, at + HEAD_BYTES), at);
    if (!element) break;
    elements.push(element);
    at = element.from + element.size;
    if (at >= bytes.length) break;
  }
  return elements;
}

async function elementAt(file: ReadWindow, at: number): Promise<Element | undefined> {
  return Number.isFinite(at) ? parseHead(await file.read(at, HEAD_BYTES), at) : undefined;
}

/** The number of leading zeros of the first byte gives the length of the id, and then that of the size. */
function parseHead(bytes: Buffer, at: number): Element | undefined {
  const idBytes = Math.clz32(bytes[0] ?? 0) - 23;
  const sizeBytes = Math.clz32(bytes[idBytes] ?? 0) - 23;
  if (idBytes > 4 || sizeBytes > 8 || bytes.length < idBytes + sizeBytes) return undefined;
  const id = bytes.readUIntBE(0, idBytes);
  let size = bytes[idBytes]! & (0xff >> sizeBytes);
  let isUnknown = size === 0xff >> sizeBytes;
  for (const byte of bytes.subarray(idBytes + 1, idBytes + sizeBytes)) {
    size = size * 256 + byte;
    isUnknown &&= byte === 0xff;
  }
  return { id, from: at + idBytes + sizeBytes, size: isUnknown ? Infinity : size };
}
