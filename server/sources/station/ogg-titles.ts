/**
 * Extracts titles from Ogg: radios in Vorbis, Opus and FLAC send no ICY metadata but start a new
 * logical stream with each title, whose second packet has the comments. Audio pages are skipped.
 * (RFC 3533; the comments: Vorbis I specification, section 5; RFC 7845, section 5.2; the FLAC-to-Ogg mapping.)
 */
import { decodeText } from './text-encoding.js';
import { cleanTitle } from './title.js';

const HEADER_BYTES = 27;
const CAPTURE = Buffer.from('OggS');
const BEGIN_OF_STREAM = 2;
const CONTINUED = 1;
/** Of longer comment packets, which contain a picture, only the start is read. */
const MAX_PACKET_BYTES = 256 * 1024;
/** Start of the comment packet by codec. */
const VORBIS = Buffer.from('\x03vorbis');
const OPUS = Buffer.from('OpusTags');
const FLAC_COMMENT_BLOCK = 4;

export function isOgg(start: Uint8Array): boolean {
  return CAPTURE.equals(start.subarray(0, CAPTURE.length));
}

export class OggTitles {
  readonly #onTitle: (title: string | null) => void;
  #pending = Buffer.alloc(0);
  /** Bytes behind `#pending`; joined to it only once there are enough, since they may come in any number of parts. */
  readonly #parts: Uint8Array[] = [];
  #partsBytes = 0;
  #neededBytes = 0;
  /** Remaining bytes of the page to skip. */
  #skipBytes = 0;
  /** The comment packet received so far; undefined if none is expected. */
  #packet: Buffer | undefined;

  constructor(onTitle: (title: string | null) => void) {
    this.#onTitle = onTitle;
  }

  /** Scans a stream's bytes, split anywhere. */
  push(bytes: Uint8Array): void {
    const skipped = Math.min(this.#skipBytes, bytes.length);
    this.#skipBytes -= skipped;
    if (skipped === bytes.length) return;
    this.#parts.push(bytes.subarray(skipped));
    this.#partsBytes += bytes.length - skipped;
    if (this.#pending.length + this.#partsBytes < this.#neededBytes) return;
    this.#pending = Buffer.concat([this.#pending, ...this.#parts]);
    this.#parts.length = 0;
    this.#partsBytes = 0;
    this.#neededBytes = 0;
    while (this.#page());
  }

  /** @returns false when more bytes are needed, from now on or until there are `#neededBytes` */
  #page(): boolean {
    const at = this.#pending.indexOf(CAPTURE);
    // Find the next page, if the stream starts within a page or is damaged.
    this.#pending = this.#pending.subarray(at < 0 ? Math.max(0, this.#pending.length - CAPTURE.length + 1) : at);
    if (at < 0) return false;
    if (this.#lacks(HEADER_BYTES)) return false;
    const tableBytes = this.#pending[26]!;
    if (this.#lacks(HEADER_BYTES + tableBytes)) return false;
    const flags = this.#pending[5]!;
    const table = this.#pending.subarray(HEADER_BYTES, HEADER_BYTES + tableBytes);
    const pageBytes = HEADER_BYTES + tableBytes + table.reduce((sum, size) => sum + size, 0);
    const isBegin = (flags & BEGIN_OF_STREAM) !== 0;
    if (!isBegin && this.#packet) {
      if (this.#lacks(pageBytes)) return false;
      this.#collect(this.#packet, table, this.#pending.subarray(HEADER_BYTES + tableBytes, pageBytes), (flags & CONTINUED) !== 0);
    }
    if (isBegin) this.#packet = Buffer.alloc(0);
    this.#neededBytes = 0;
    this.#skipBytes = Math.max(0, pageBytes - this.#pending.length);
    this.#pending = this.#pending.subarray(Math.min(pageBytes, this.#pending.length));
    return this.#pending.length > 0;
  }

  #lacks(bytes: number): boolean {
    this.#neededBytes = bytes;
    return this.#pending.length < bytes;
  }

  #collect(before: Buffer, table: Uint8Array, body: Buffer, isContinued: boolean): void {
    const end = table.findIndex((size) => size < 255);
    const bytes = (end < 0 ? table : table.subarray(0, end + 1)).reduce((sum, size) => sum + size, 0);
    const packet = Buffer.concat([isContinued ? before : Buffer.alloc(0), body.subarray(0, bytes)]);
    const isWhole = end >= 0 || packet.length > MAX_PACKET_BYTES;
    this.#packet = isWhole ? undefined : packet;
    if (!isWhole) return;
    const title = titleOfComments(packet);
    if (title !== undefined) this.#onTitle(title);
  }
}

/** @returns "Artist - Title" or the one that exists, null if neither does; undefined if the packet has no comments */
export function titleOfComments(packet: Buffer): string | null | undefined {
  const isFlac = packet.length > 4 && (packet[0]! & 0x7f) === FLAC_COMMENT_BLOCK;
  const startBytes = [VORBIS, OPUS].find((start) => packet.subarray(0, start.length).equals(start))?.length ?? (isFlac ? 4 : undefined);
  if (startBytes === undefined) return undefined;
  const fields = new Map<string, string>();
  try {
    let at = startBytes + 4 + packet.readUInt32LE(startBytes);
    const count = packet.readUInt32LE(at);
    at += 4;
    for (let k = 0; k < count; k += 1) {
      const length = packet.readUInt32LE(at);
      const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(decodeText(packet.subarray(at + 4, at + 4 + length))) ?? [];
      fields.set(name.toUpperCase(), value);
      at += 4 + length;
    }
  } catch {
    // Truncated: use the fields read so far.
  }
  return cleanTitle([fields.get('ARTIST'), fields.get('TITLE')].filter(Boolean).join(' - '));
}
