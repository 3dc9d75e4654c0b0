/**
 * Audio of unknown format from standard input: WAV is read from its header, everything else is
 * decoded by FFmpeg. Raw samples have no header and are refused. Several WAVs in one pipe are heard one after the
 * other.
 */
import type { AudioFormat } from '../protocol/audio-format.js';
import { drained, Ffmpeg, tellingLine } from './ffmpeg.js';
import { FileError, SoundFile } from './file.js';
import { id3TagBytes, TAG_HEADER_BYTES } from './joined-recordings.js';
import { needsWholeFile } from './needs-whole-file.js';
import { PipedBytes } from './piped-bytes.js';
import { plainWav } from './plain-wav.js';
import { Decoder, STATION_FORMAT, type DecoderInput } from './station/decoder.js';
import { detectFormat, DETECTION_BYTES } from './station/detect-format.js';
import { storeInput } from './stored-input.js';
import { unsizedSound } from './unsized-sound.js';

/** An MP4 whose index is at its end is stored up to this length, because nothing can be decoded before. */
const MAX_STORED_BYTES = 512 * 1024 * 1024;

export interface PipedAudio {
  readonly format: AudioFormat;
  /** Chunks as they arrive; can be iterated once. Leaving the loop early ends the decoder. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface PipedAudioOptions {
  readonly maxStoredBytes?: number;
}

/** The input is not decodable audio; the message gives the cause. */
export class PipedAudioError extends Error {
  override readonly name = 'PipedAudioError';
}

/**
 * Waits for the first bytes.
 * @throws PipedAudioError when there are none; `chunks` throws it when decoding fails
 */
export async function openPipedAudio(input: AsyncIterable<Uint8Array>, { maxStoredBytes = MAX_STORED_BYTES }: PipedAudioOptions = {}): Promise<PipedAudio> {
  const bytes = new PipedBytes(input);
  if ((await bytes.peek(1)).length === 0) throw new PipedAudioError('nothing arrived through the pipe (0 bytes)');
  const first = await nextPiece(bytes, maxStoredBytes);
  if (!first) throw new PipedAudioError('the input holds a tag but no audio');
  return { format: first.format, chunks: allPieces(first, bytes, maxStoredBytes) };
}

async function* allPieces(first: PipedAudio, bytes: PipedBytes, maxStoredBytes: number): AsyncGenerator<Uint8Array, void, void> {
  for (let piece: PipedAudio | undefined = first; piece; piece = await nextPiece(bytes, maxStoredBytes)) {
    yield* isSame(piece.format, first.format) ? piece.chunks : converted(piece, first.format);
  }
}

/** The sound that begins here; undefined at the end of the input. */
async function nextPiece(bytes: PipedBytes, maxStoredBytes: number): Promise<PipedAudio | undefined> {
  for (let tagBytes = 1; tagBytes > 0;) {
    tagBytes = id3TagBytes(await bytes.peek(TAG_HEADER_BYTES));
    await bytes.skip(tagBytes);
  }
  if ((await bytes.peek(1)).length === 0) return undefined;
  const wav = await plainWav(bytes);
  if (wav === 'cut') throw new PipedAudioError('the WAV file that was piped in ends before its samples');
  if (wav) return wav;
  const start = await bytes.peek(DETECTION_BYTES);
  if (await needsWholeFile(bytes)) return storedPiece(bytes, maxStoredBytes);
  const raw = await unsizedSound(bytes);
  if (raw) await bytes.skip(raw.at);
  return { format: STATION_FORMAT, chunks: decode(raw ?? { format: detectFormat(start) }, bytes) };
}

async function storedPiece(bytes: PipedBytes, maxStoredBytes: number): Promise<PipedAudio> {
  const { path, remove } = await storeInput(upTo(maxStoredBytes, bytes));
  try {
    const sound = await SoundFile.open(path);
    return { format: sound.format, chunks: chunksOfFile(sound, remove) };
  } catch (error) {
    await remove();
    throw error instanceof FileError ? new PipedAudioError(`the input ${error.message}`) : error;
  }
}

async function* upTo(maxBytes: number, bytes: PipedBytes): AsyncGenerator<Uint8Array, void, void> {
  let stored = 0;
  for await (const part of bytes) {
    stored += part.length;
    if (stored > maxBytes) {
      throw new PipedAudioError(`this MP4 has its index (moov) behind its sound and more than ${maxBytes} bytes: name it as a file instead of piping it, or put the index first (ffmpeg -movflags +faststart)`);
    }
    yield part;
  }
}

async function* chunksOfFile(sound: SoundFile, remove: () => Promise<void>): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* sound.chunks();
  } catch (error) {
    throw error instanceof FileError ? new PipedAudioError(`the input ${error.message}`) : error;
  } finally {
    await remove();
  }
}

async function* decode(format: DecoderInput, input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const decoder = new Decoder(format, { source: () => {}, error: () => {} });
  let decodedBytes = 0;
  const feeding = feed(decoder, input);
  // Awaited below, after the output; this prevents an unhandled rejection until then.
  feeding.catch(() => {});
  try {
    for await (const bytes of decoder.output as AsyncIterable<Uint8Array>) {
      decodedBytes += bytes.length;
      yield bytes;
    }
    const { exitCode, lines } = await decoder.end;
    const cause = tellingLine(lines);
    if (decodedBytes === 0) throw new PipedAudioError(`the input is not audio that FFmpeg can decode from a pipe${cause === undefined ? '' : ` (${cause})`}: if it is sound, save it and name the file`);
    if (exitCode !== 0) throw new PipedAudioError(`FFmpeg ended with exit code ${exitCode} (${cause ?? 'without a message'})`);
    await feeding;
  } finally {
    decoder.kill();
  }
}

/** A piece in another format than the first, brought into that one. */
async function* converted({ format, chunks }: PipedAudio, wanted: AudioFormat): AsyncGenerator<Uint8Array, void, void> {
  const raw = ({ encoding, sampleRate, channels }: AudioFormat): string[] => ['-f', encoding, '-ar', String(sampleRate), '-ac', String(channels)];
  const ffmpeg = new Ffmpeg(['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+error', ...raw(format), '-i', 'pipe:0', ...raw(wanted)], () => {}, { isFed: true });
  const { input } = ffmpeg;
  const feeding = (async () => {
    try {
      for await (const bytes of chunks) {
        if (input.destroyed) return;
        if (!input.write(bytes)) await drained(input);
      }
    } finally {
      input.end();
    }
  })();
  // Awaited below; this prevents an unhandled rejection until then.
  feeding.catch(() => {});
  try {
    for await (const bytes of ffmpeg.output as AsyncIterable<Uint8Array>) yield bytes;
    await feeding;
  } finally {
    ffmpeg.kill();
  }
}

function isSame(a: AudioFormat, b: AudioFormat): boolean {
  return a.encoding === b.encoding && a.sampleRate === b.sampleRate && a.channels === b.channels;
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
