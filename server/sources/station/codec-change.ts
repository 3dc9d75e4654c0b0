/**
 * Follows the frames of a radio's MP3 or AAC and notices when the server goes on in another format on
 * the same connection, which FFmpeg, told the first format, would only report as errors. In step,
 * a header is looked at per frame; out of step, all bytes are searched.
 */
import { detectFormat, DETECTION_BYTES, findFrames, frameBytes, type FrameFormat } from './detect-format.js';

/** Bytes collected before each search, so that each is searched about twice at most. */
const SEARCH_BYTES = 2 * DETECTION_BYTES;
const HEADER_BYTES = 7;
/** Starts of streams in other formats: an Ogg page that begins one, and FLAC with its first block. */
const STARTS = [Buffer.from('OggS\0\x02', 'latin1'), Buffer.from('fLaC\0\0\0\x22', 'latin1')];

export class CodecChange {
  readonly #format: FrameFormat;
  /** Bytes to the next header; undefined when out of step. */
  #skipBytes: number | undefined;
  #pending: Buffer = Buffer.alloc(0);

  constructor(format: FrameFormat) {
    this.#format = format;
  }

  /** Whether no frames of the format were found in the last bytes. */
  get isOutOfStep(): boolean {
    return this.#skipBytes === undefined && this.#pending.length >= DETECTION_BYTES;
  }

  /** @returns the bytes from the start of another format on; undefined as long as there is none */
  push(bytes: Uint8Array): Uint8Array | undefined {
    if (this.#skipBytes !== undefined && this.#skipBytes >= bytes.length) {
      this.#skipBytes -= bytes.length;
      return undefined;
    }
    this.#pending = this.#pending.length === 0 ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) : Buffer.concat([this.#pending, bytes]);
    while (this.#skipBytes !== undefined || this.#pending.length >= SEARCH_BYTES) {
      if (this.#skipBytes !== undefined) {
        if (!this.#step(this.#skipBytes)) return undefined;
      } else {
        const found = this.#search();
        if (found) return found;
      }
    }
    return undefined;
  }

  /** Steps to the next header. @returns false when more bytes are needed */
  #step(skipBytes: number): boolean {
    const skipped = Math.min(skipBytes, this.#pending.length);
    this.#pending = this.#pending.subarray(skipped);
    this.#skipBytes = skipBytes - skipped;
    if (this.#pending.length < HEADER_BYTES) return false;
    const length = frameBytes(this.#format, this.#pending, 0);
    this.#skipBytes = length === 0 ? undefined : length;
    return true;
  }

  #search(): Uint8Array | undefined {
    const own = findFrames(this.#pending, (format) => format === this.#format)?.at ?? Infinity;
    const other = findFrames(this.#pending, (format) => format !== this.#format)?.at ?? Infinity;
    const start = Math.min(...STARTS.map((mark) => this.#pending.indexOf(mark)).filter((at) => at >= 0));
    const change = Math.min(other, start);
    if (change < own) return this.#pending.subarray(change);
    if (own === Infinity) {
      // The last bytes may hold headers whose frames have not arrived.
      this.#pending = this.#pending.subarray(-DETECTION_BYTES);
    } else {
      this.#pending = this.#pending.subarray(own);
      this.#skipBytes = 0;
    }
    return undefined;
  }
}

/** @returns undefined if the bytes are in no format that has frames to follow */
export function followCodec(bytes: Uint8Array): CodecChange | undefined {
  const format = detectFormat(bytes);
  if (format === undefined) return undefined;
  const change = new CodecChange(format);
  change.push(bytes);
  return change;
}
