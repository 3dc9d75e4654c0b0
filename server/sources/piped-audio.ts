/**
 * Sound that another program pipes in, of which nobody says what it is: WAV by its own header, and
 * whatever else FFmpeg knows. Raw samples can't be told, and are refused rather than guessed.
 */
import type { AudioFormat } from '../protocol/audio-format.js';
import { Decoder, STATION_FORMAT } from './station/decoder.js';
import { detectFormat, DETECTION_BYTES } from './station/detect-format.js';
import { WavReader } from './wav.js';

/** A WAV header with its text chunks is shorter; one with pictures is FFmpeg's to read. */
const WAV_HEADER_BYTES = 44;

export interface PipedAudio {
  readonly format: AudioFormat;
  /** As it comes, once. Leaving the loop early ends what decodes it. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** What is piped in is no sound; the sentence says what it is taken for. */
export class PipedAudioError extends Error {
  override readonly name = 'PipedAudioError';
}

/**
 * Waits for the first bytes.
 * @throws PipedAudioError when there are none; what can't be decoded is told by `chunks`
 */
export async function openPipedAudio(input: AsyncIterable<Uint8Array>): Promise<PipedAudio> {
  const rest = input[Symbol.asyncIterator]();
  let start = await atLeast(rest, WAV_HEADER_BYTES, new Uint8Array(0));
  if (start.length === 0) throw new PipedAudioError('nothing came through the pipe (0 bytes)');
  const wav = new WavReader();
  try {
    // The first push may be the whole header, or tell that this is no WAV of a kind that is read here.
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
    // No WAV, or one of other samples: FFmpeg's.
  }
  start = await atLeast(rest, DETECTION_BYTES, start);
  return { format: STATION_FORMAT, chunks: decoded(start, rest) };
}

async function atLeast(input: AsyncIterator<Uint8Array>, leastBytes: number, start: Uint8Array): Promise<Uint8Array> {
  let bytes = start;
  while (bytes.length < leastBytes) {
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

async function* decoded(start: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const decoder = new Decoder({ format: detectFormat(start) }, { source: () => {}, complained: () => {} });
  let heardBytes = 0;
  const fed = feed(decoder, joined(start, rest));
  // Awaited below, after the sound: until then nobody listens.
  fed.catch(() => {});
  try {
    for await (const bytes of decoder.output as AsyncIterable<Uint8Array>) {
      heardBytes += bytes.length;
      yield bytes;
    }
    const { exitCode, lines } = await decoder.end;
    if (heardBytes === 0) throw new PipedAudioError(`what is piped in is no sound that FFmpeg knows${lines.length > 0 ? ` (${lines.at(-1)})` : ''}`);
    if (exitCode !== 0) throw new PipedAudioError(`FFmpeg ended with exit code ${exitCode} (${lines.at(-1) ?? 'without a word'})`);
    await fed;
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
