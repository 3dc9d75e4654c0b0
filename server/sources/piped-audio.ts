/**
 * Audio of unknown format from standard input: WAV is read from its header, everything else is
 * decoded by FFmpeg. Raw samples have no header and are refused.
 */
import type { AudioFormat } from '../protocol/audio-format.js';
import { Decoder, STATION_FORMAT } from './station/decoder.js';
import { detectFormat, DETECTION_BYTES } from './station/detect-format.js';
import { WavReader } from './wav.js';

/** Length of the shortest WAV header. */
const WAV_HEADER_BYTES = 44;

export interface PipedAudio {
  readonly format: AudioFormat;
  /** Chunks as they arrive; can be iterated once. Leaving the loop early ends the decoder. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** The input is not decodable audio; the message gives the cause. */
export class PipedAudioError extends Error {
  override readonly name = 'PipedAudioError';
}

/**
 * Waits for the first bytes.
 * @throws PipedAudioError when there are none; `chunks` throws it when decoding fails
 */
export async function openPipedAudio(input: AsyncIterable<Uint8Array>): Promise<PipedAudio> {
  const rest = input[Symbol.asyncIterator]();
  let start = await atLeast(rest, WAV_HEADER_BYTES, new Uint8Array(0));
  if (start.length === 0) throw new PipedAudioError('nothing arrived through the pipe (0 bytes)');
  const wav = new WavReader();
  try {
    // Throws if this is no WAV or one with other sample formats.
    let sound = wav.push(start);
    while (!wav.format) {
      const next = await rest.next();
      if (next.done) throw new PipedAudioError('the WAV file that was piped in ends before its samples');
      start = Buffer.concat([start, next.value]);
      sound = wav.push(next.value);
    }
    return { format: wav.format, chunks: joined(sound, rest) };
  } catch (error) {
    if (error instanceof PipedAudioError) throw error;
    // Not a WAV of a supported sample format: FFmpeg decodes it.
  }
  start = await atLeast(rest, DETECTION_BYTES, start);
  return { format: STATION_FORMAT, chunks: decode(start, rest) };
}

async function atLeast(input: AsyncIterator<Uint8Array>, minBytes: number, start: Uint8Array): Promise<Uint8Array> {
  let bytes = start;
  while (bytes.length < minBytes) {
    const next = await input.next();
    if (next.done) break;
    bytes = Buffer.concat([bytes, next.value]);
  }
  return bytes;
}

async function* joined(start: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  if (start.length > 0) yield start;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

async function* decode(start: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const decoder = new Decoder({ format: detectFormat(start) }, { source: () => {}, error: () => {} });
  let decodedBytes = 0;
  const feeding = feed(decoder, joined(start, rest));
  // Awaited below, after the output; this prevents an unhandled rejection until then.
  feeding.catch(() => {});
  try {
    for await (const bytes of decoder.output as AsyncIterable<Uint8Array>) {
      decodedBytes += bytes.length;
      yield bytes;
    }
    const { exitCode, lines } = await decoder.end;
    if (decodedBytes === 0) throw new PipedAudioError(`the input is not audio that FFmpeg can decode${lines.length > 0 ? ` (${lines.at(-1)})` : ''}`);
    if (exitCode !== 0) throw new PipedAudioError(`FFmpeg ended with exit code ${exitCode} (${lines.at(-1) ?? 'without a message'})`);
    await feeding;
  } finally {
    decoder.kill();
  }
}

async function feed(decoder: Decoder, input: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const bytes of input) {
      if (decoder.hasEnded) return;
      if (!decoder.write(bytes)) await decoder.drained();
    }
  } finally {
    decoder.finish();
  }
}
