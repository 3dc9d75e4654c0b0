/**
 * The parts of RIFF WAVE needed for raw audio: a writer, and a reader for the stream that FFmpeg
 * writes to a pipe, where unknown sizes (0xFFFFFFFF or 0) mean "to the end".
 * (Multimedia Programming Interface and Data Specifications 1.0, IBM and Microsoft, 1991.)
 */

const PCM = 1;
const IEEE_FLOAT = 3;
const EXTENSIBLE = 0xfffe;
/** Longest accepted header. */
const MAX_HEADER_BYTES = 64 * 1024;

export interface WavFormat {
  readonly encoding: 's16le' | 'f32le';
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

/** Parses a WAV stream given in parts of any length; after the header it passes the samples through. */
export class WavReader {
  #pending: Uint8Array = new Uint8Array(0);
  #format: WavFormat | undefined;
  #inData = false;

  /** Undefined until the header is complete. */
  get format(): WavFormat | undefined {
    return this.#inData ? this.#format : undefined;
  }

  /**
   * @returns the samples in `bytes`, empty while the header is incomplete
   * @throws Error when this is no WAV of 16-bit or float samples
   */
  push(bytes: Uint8Array): Uint8Array {
    if (this.#inData) return bytes;
    const all = new Uint8Array(this.#pending.length + bytes.length);
    all.set(this.#pending);
    all.set(bytes, this.#pending.length);
    this.#pending = all;
    const dataAt = this.#parse(all);
    if (dataAt === undefined) {
      if (all.length > MAX_HEADER_BYTES) throw new Error(`No samples within the first ${MAX_HEADER_BYTES} bytes of a WAV stream.`);
      return new Uint8Array(0);
    }
    this.#inData = true;
    this.#pending = new Uint8Array(0);
    return all.subarray(dataAt);
  }

  /** @returns the offset of the samples, or undefined while the header is incomplete */
  #parse(bytes: Uint8Array): number | undefined {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const word = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
    if (bytes.length < 12) return undefined;
    if (word(0) !== 'RIFF' || word(8) !== 'WAVE') throw new Error(`Not a WAV stream: it begins with ${JSON.stringify(word(0))}.`);
    for (let at = 12; at + 8 <= bytes.length;) {
      const name = word(at);
      const size = view.getUint32(at + 4, true);
      if (name === 'data') {
        if (!this.#format) throw new Error('In a WAV stream the samples come before their format.');
        return at + 8;
      }
      if (name === 'fmt ') {
        if (at + 24 > bytes.length || (size >= 26 && at + 34 > bytes.length)) return undefined;
        this.#format = readFormat(view, at + 8, size);
      }
      at += 8 + size + (size % 2);
    }
    return undefined;
  }
}

function readFormat(view: DataView, at: number, size: number): WavFormat {
  let tag = view.getUint16(at, true);
  // WAVE_FORMAT_EXTENSIBLE has the actual tag in the first two bytes of its sub-format.
  if (tag === EXTENSIBLE && size >= 26) tag = view.getUint16(at + 24, true);
  const bits = view.getUint16(at + 14, true);
  const encoding = tag === PCM && bits === 16 ? 's16le' : tag === IEEE_FLOAT && bits === 32 ? 'f32le' : undefined;
  if (!encoding) throw new Error(`A WAV stream of format ${tag} with ${bits} bits per sample; only 16-bit PCM and 32-bit float are supported.`);
  return { encoding, sampleRate: view.getUint32(at + 4, true), channels: view.getUint16(at + 2, true) };
}
