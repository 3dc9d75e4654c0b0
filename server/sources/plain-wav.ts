/**
 * WAVs of 16-bit or float samples are read as they are: FFmpeg's start costs as much as minutes of their sound,
 * and who has only WAVs needs no FFmpeg.
 */
import { fromInt16 } from '../../dsp/pcm/pcm-decoder.js';
import { sampleBytes } from '../../dsp/pcm/pcm-encoding.js';
import type { PipedBytes } from './piped-bytes.js';
import { WavReader, type WavFormat } from './wav.js';

/** Sample rates that the pipe takes as they are, Hz; others are resampled by FFmpeg. */
export const MIN_RATE = 8000;
export const MAX_RATE = 192_000;

/**
 * Encoded sound in the samples of a CD: the first words of DTS in 16 and in 14 bits, of either byte order, and of
 * IEC 61937 (AC-3 and others). FFmpeg knows them.
 */
const ENCODED = [[0x7f, 0xfe, 0x80, 0x01], [0xfe, 0x7f, 0x01, 0x80], [0x1f, 0xff, 0xe8, 0x00], [0xff, 0x1f, 0x00, 0xe8], [0x72, 0xf8, 0x1f, 0x4e]].map((word) => Buffer.from(word));

export interface PlainWav {
  readonly format: WavFormat;
  /** By its header; undefined if its writer did not know the length. */
  readonly announcedMs: number | undefined;
  /** The samples as they come, cut anywhere; can be iterated once. What follows the WAV is left in the input. */
  readonly chunks: AsyncGenerator<Uint8Array, void, void>;
}

/**
 * Reads the header.
 * @returns undefined, with nothing consumed, if this is no WAV of such samples; `cut`, likewise, if it ends within
 * its header
 */
export async function plainWav(bytes: PipedBytes): Promise<PlainWav | 'cut' | undefined> {
  const wav = new WavReader();
  const read: Uint8Array[] = [];
  for (let part = await bytes.next(); part; part = await bytes.next()) {
    read.push(part);
    try {
      const samples = wav.push(part);
      const { format } = wav;
      if (!format) continue;
      if (isPlain(format, samples)) return { format, announcedMs: announcedMs(wav, format), chunks: chunksOf(wav, samples, bytes) };
    } catch {
      // No WAV, or one of other samples.
    }
    bytes.unread(...read);
    return undefined;
  }
  bytes.unread(...read);
  return 'cut';
}

function isPlain({ sampleRate }: WavFormat, samples: Uint8Array): boolean {
  const start = Buffer.from(samples.buffer, samples.byteOffset, samples.length);
  return sampleRate >= MIN_RATE && sampleRate <= MAX_RATE && !ENCODED.some((word) => start.includes(word));
}

function announcedMs({ dataBytes }: WavReader, { encoding, sampleRate, channels }: WavFormat): number | undefined {
  return dataBytes === undefined ? undefined : (1000 * dataBytes) / (sampleRate * channels * sampleBytes(encoding));
}

async function* chunksOf(wav: WavReader, first: Uint8Array, bytes: PipedBytes): AsyncGenerator<Uint8Array, void, void> {
  if (first.length > 0) yield first;
  while (!wav.isEnded) {
    const part = await bytes.next();
    if (!part) return;
    const samples = wav.push(part);
    if (samples.length > 0) yield samples;
  }
  if (wav.rest) bytes.unread(wav.rest);
}

/** Samples as float PCM, in parts of whole samples; a cut one at the end is dropped, as FFmpeg drops it. */
export async function* asFloats({ format, chunks }: PlainWav): AsyncGenerator<Uint8Array, void, void> {
  const bytesOfSample = sampleBytes(format.encoding);
  let cut = new Uint8Array(0);
  for await (const chunk of chunks) {
    const whole = Math.floor((cut.length + chunk.length) / bytesOfSample) * bytesOfSample;
    // Copied, because a part may begin at any address.
    const bytes = new Uint8Array(cut.length + chunk.length);
    bytes.set(cut);
    bytes.set(chunk, cut.length);
    cut = bytes.slice(whole);
    if (whole === 0) continue;
    yield bytesOfSample === 4 ? bytes.subarray(0, whole) : floatsOf(bytes.subarray(0, whole));
  }
}

function floatsOf(integers: Uint8Array): Uint8Array {
  const floats = new Float32Array(integers.length / 2);
  fromInt16(integers, [floats]);
  return new Uint8Array(floats.buffer);
}
