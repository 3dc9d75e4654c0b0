/**
 * The parts of RIFF WAVE needed for raw audio: a writer, and a reader for streams in a pipe, whose
 * `data` chunk ends where its size says, or at the end of the stream if the writer did not know the size.
 * (Multimedia Programming Interface and Data Specifications 1.0, IBM and Microsoft, 1991.)
 */
import { sampleBytes, type PcmEncoding } from '../../dsp/pcm/pcm-encoding.js';

const PCM = 1;
const IEEE_FLOAT = 3;
const EXTENSIBLE = 0xfffe;
/** Bytes and chunks before the samples; real files have up to about 10 chunks, the largest a picture or cue list. */
const MAX_HEADER_BYTES = 1024 * 1024;
const MAX_HEADER_CHUNKS = 256;
const RIFF_BYTES = 12;
const CHUNK_BYTES = 8;
/** Bytes of the format chunk that are read: up to the sub-format's tag. */
const MAX_FORMAT_BYTES = 26;
/** First bytes of other audio that may follow a WAV in the same pipe. */
const NEXT_PIECES = ['RIFF', 'RIFX', 'RF64', 'FORM', 'fLaC', 'OggS', 'ID3\x02', 'ID3\x03', 'ID3\x04'];

const GIB = 2 ** 30;
/** Dummy sizes are rounded down to whole blocks and leave room for headers; SoX's for AIFF is 16 MiB below 2 GiB. */
const DUMMY_SLACK = 16 * 2 ** 20;
/** Some add the header to 2 GiB. */
const DUMMY_HEADER = 128;

/**
 * Whether a 32-bit chunk size stands for "unknown": writers that can't seek back leave 0, or the
 * largest signed or unsigned number, often less some header (0x7ffff000, 0xffffffdb).
 */
export function isDummySize(size: number): boolean {
  return size === 0 || size >= 4 * GIB - DUMMY_SLACK || (size >= 2 * GIB - DUMMY_SLACK && size <= 2 * GIB + DUMMY_HEADER);
}

export interface WavFormat {
  readonly encoding: PcmEncoding;
  readonly sampleRate: number;
  readonly channels: number;
}

/** Encodes interleaved 16-bit samples as a complete file. */
export function wavFile(samples: Int16Array, sampleRate: number, channels = 1): Uint8Array {
  const dataBytes = samples.length * 2;
  const bytes = new Uint8Array(44 + dataBytes);
  const view = new DataView(bytes.buffer);
  const word = (at: number, text: string): void => bytes.set(new TextEncoder().encode(text), at);
  word(0, 'RIFF');
  view.setUint32(4, 36 + dataBytes, true);
  word(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, PCM, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * channels * 2, true);
  view.setUint16(32, channels * 2, true);
  view.setUint16(34, 16, true);
  word(36, 'data');
  view.setUint32(40, dataBytes, true);
  for (let i = 0; i < samples.length; i += 1) view.setInt16(44 + i * 2, samples[i]!, true);
  return bytes;
}

/**
 * Reads one WAV from a stream given in parts of any length: passes its samples through and skips the
 * chunks around them. Linear in the bytes, whatever they are.
 */
export class WavReader {
  #state: 'riff' | 'header' | 'format' | 'data' | 'after' | 'end' = 'riff';
  readonly #part = new Uint8Array(MAX_FORMAT_BYTES);
  #partBytes = 0;
  #partWanted = RIFF_BYTES;
  #skipBytes = 0;
  #headerBytes = 0;
  #headerChunks = 0;
  #fmt: WavFormat | undefined;
  #format: WavFormat | undefined;
  #dataLeft = Infinity;
  #dataBytes: number | undefined;
  /** Bytes of the data chunk after its last whole frame, and the padding. */
  #dataPadding = 0;
  #skipAfterFormat = 0;
  #rest: Uint8Array | undefined;

  /** Undefined until the header is complete. */
  get format(): WavFormat | undefined {
    return this.#format;
  }

  /** Length of the samples by the header; undefined until it is complete, and if the writer did not know it. */
  get dataBytes(): number | undefined {
    return this.#dataBytes;
  }

  /** Whether another piece of audio follows in the stream; its first bytes are `rest`, and `push` must not be called again. */
  get isEnded(): boolean {
    return this.#state === 'end';
  }

  /** The bytes after the WAV, from the next piece of audio on. */
  get rest(): Uint8Array | undefined {
    return this.#rest;
  }

  /**
   * @returns the samples in `bytes`, whole or partial frames; empty while the header is incomplete and after the samples
   * @throws Error when this is no WAV of 16-bit or float samples
   */
  push(bytes: Uint8Array): Uint8Array {
    let samples = bytes.subarray(0, 0);
    for (let at = 0; at < bytes.length && this.#state !== 'end';) {
      if (this.#skipBytes > 0) {
        const skipped = Math.min(this.#skipBytes, bytes.length - at);
        this.#skipBytes -= skipped;
        at += skipped;
      } else if (this.#state === 'data') {
        samples = bytes.subarray(at, at + Math.min(this.#dataLeft, bytes.length - at));
        at += samples.length;
        this.#dataLeft -= samples.length;
        if (this.#dataLeft === 0) this.#expect('after', CHUNK_BYTES, this.#dataPadding);
      } else {
        const part = bytes.subarray(at, at + this.#partWanted - this.#partBytes);
        this.#part.set(part, this.#partBytes);
        this.#partBytes += part.length;
        at += part.length;
        if (this.#partBytes === this.#partWanted) this.#onPart(bytes.subarray(at));
      }
    }
    return samples;
  }

  /** Collects the next `wanted` bytes after skipping some. */
  #expect(state: 'header' | 'format' | 'after', wanted: number, skipBytes = 0): void {
    this.#state = state;
    this.#partBytes = 0;
    this.#partWanted = wanted;
    this.#skipBytes = skipBytes;
  }

  #onPart(following: Uint8Array): void {
    const view = new DataView(this.#part.buffer);
    const word = (at: number): string => String.fromCharCode(...this.#part.subarray(at, at + 4));
    switch (this.#state) {
      case 'riff':
        if (word(0) !== 'RIFF' || word(8) !== 'WAVE') throw new Error(`Not a WAV stream: it begins with ${JSON.stringify(word(0))}.`);
        return this.#expect('header', CHUNK_BYTES);
      case 'header':
        return this.#onHeader(word(0), view.getUint32(4, true));
      case 'format':
        this.#fmt = readFormat(view, this.#partBytes);
        return this.#expect('header', CHUNK_BYTES, this.#skipAfterFormat);
      case 'after':
        return this.#onChunkAfter(word(0), view.getUint32(4, true), following);
    }
  }

  #onHeader(name: string, size: number): void {
    const paddedBytes = size + size % 2;
    this.#headerChunks += 1;
    this.#headerBytes += CHUNK_BYTES + paddedBytes;
    if (name === 'data') {
      if (!this.#fmt) throw new Error('In a WAV stream the samples come before their format.');
      this.#format = this.#fmt;
      this.#state = 'data';
      const frameBytes = this.#fmt.channels * sampleBytes(this.#fmt.encoding);
      if (!isDummySize(size)) this.#dataLeft = this.#dataBytes = size - size % frameBytes;
      this.#dataPadding = paddedBytes - this.#dataLeft;
      if (this.#dataLeft === 0) this.#expect('after', CHUNK_BYTES, this.#dataPadding);
      return;
    }
    if (this.#headerBytes > MAX_HEADER_BYTES || this.#headerChunks > MAX_HEADER_CHUNKS) {
      throw new Error(`No samples within the first ${MAX_HEADER_BYTES} bytes and ${MAX_HEADER_CHUNKS} chunks of a WAV stream.`);
    }
    if (name !== 'fmt ') return this.#expect('header', CHUNK_BYTES, paddedBytes);
    if (size < 16) throw new Error(`A WAV stream whose format has ${size} bytes; it must have 16 or more.`);
    this.#skipAfterFormat = paddedBytes - Math.min(size, MAX_FORMAT_BYTES);
    this.#expect('format', Math.min(size, MAX_FORMAT_BYTES));
  }

  /** Skips chunks behind the samples. What is neither a chunk nor other audio ends the piece: the rest of the stream is skipped. */
  #onChunkAfter(name: string, size: number, following: Uint8Array): void {
    if (NEXT_PIECES.includes(name)) {
      this.#rest = new Uint8Array(CHUNK_BYTES + following.length);
      this.#rest.set(this.#part.subarray(0, CHUNK_BYTES));
      this.#rest.set(following, CHUNK_BYTES);
      this.#state = 'end';
    } else this.#expect('after', CHUNK_BYTES, /^[\x20-\x7e]{4}$/.test(name) ? size + size % 2 : Infinity);
  }
}

function readFormat(view: DataView, size: number): WavFormat {
  let tag = view.getUint16(0, true);
  // WAVE_FORMAT_EXTENSIBLE has the actual tag in the first two bytes of its sub-format.
  if (tag === EXTENSIBLE && size >= MAX_FORMAT_BYTES) tag = view.getUint16(24, true);
  const bits = view.getUint16(14, true);
  const encoding = tag === PCM && bits === 16 ? 's16le' : tag === IEEE_FLOAT && bits === 32 ? 'f32le' : undefined;
  if (!encoding) throw new Error(`A WAV stream of format ${tag} with ${bits} bits per sample; only 16-bit PCM and 32-bit float are supported.`);
  const [channels, sampleRate] = [view.getUint16(2, true), view.getUint32(4, true)];
  if (channels === 0 || sampleRate === 0) throw new Error(`A WAV stream of ${channels} channels at ${sampleRate} Hz.`);
  return { encoding, sampleRate, channels };
}
