/**
 * Decodes an audio file of any format that FFmpeg reads to float PCM at the file's own rate; a plain WAV without
 * FFmpeg. Decoding is faster than scoring, so chunks are pulled and FFmpeg waits in between: memory does not grow
 * with the length of the file.
 */
import { createReadStream, type ReadStream } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import type { AudioFormat } from '../protocol/audio-format.js';
import type { Extent } from './extent/extent.js';
import { extentOf } from './extent/extent-of.js';
import { FileWindow } from './extent/file-window.js';
import { rawInputArgs } from './extent/raw-sound.js';
import { drained, Ffmpeg, findOperatorsFfmpeg, INHERITED_FILE, STUCK, tellingLine, tooCostly, type FfmpegEnd } from './ffmpeg.js';
import { isText, pathOf, readableName } from './file-names.js';
import { joinedRecordings } from './joined-recordings.js';
import { PipedBytes } from './piped-bytes.js';
import { asFloats, MAX_RATE, MIN_RATE, plainWav } from './plain-wav.js';
import { unsizedSound } from './unsized-sound.js';
import { WavReader } from './wav.js';

export type FileProblem = 'not-found' | 'is-folder' | 'not-readable' | 'empty' | 'not-audio' | 'damaged' | 'no-ffmpeg';

/** An unusable file, with a one-line message. Audio decoded before a `damaged` error is valid. */
export class FileError extends Error {
  readonly problem: FileProblem;

  constructor(problem: FileProblem, message: string) {
    super(message);
    this.name = 'FileError';
    this.problem = problem;
  }
}

/** Errors in the last second are ignored: tags and pictures after the last frame cause them. */
const END_MS = 1000;
/** Decoded audio still buffered when an error line arrives (FFmpeg, the pipe, Node's two buffers): the uncertainty of an error's position. */
const BUFFERED_BYTES = 256 * 1024;
/** Encoders pad and decoders trim, so a decoded length this much shorter than announced is complete. */
const TOLERANCE_MS = 300;
const TOLERANCE_SHARE = 0.01;
/**
 * Demuxers for what strangers send: containers of sound, but no playlists, devices, images or anything
 * that refers to other files.
 */
const STRANGERS_DEMUXERS = [
  'aac', 'ac3', 'aiff', 'amr', 'ape', 'asf', 'au', 'avi', 'caf', 'dsf', 'eac3', 'flac', 'flv', 'loas', 'matroska', 'mov', 'mp3', 'mpc', 'mpc8', 'mpeg', 'mpegts', 'ogg', 'tta', 'w64', 'wav', 'wv',
] as const;
/** Error lines that are kept: the first ones say the cause. */
const MAX_ERRORS = 20;

export interface OpenOptions {
  /** Whether it may be of any format, decoded by any FFmpeg. */
  readonly isTrusted: boolean;
  /** As in `FfmpegOptions`. */
  readonly maxStartCpuMs?: number;
}

export class SoundFile {
  readonly name: string;
  #format!: AudioFormat;
  #extent!: Extent;
  /** The file's length by FFmpeg; not always that of the sound. */
  #announcedMs: number | undefined;
  /** FFmpeg has estimated the length from the bit rate. */
  #isLengthEstimated = false;
  #ffmpeg: Ffmpeg | undefined;
  /** A WAV that is read without FFmpeg. */
  #plain: ReadStream | undefined;
  #end!: Promise<FfmpegEnd>;
  #input!: AsyncIterator<Uint8Array>;
  #first!: Uint8Array;
  #frameBytes = 8;
  #isClosed = false;
  #bytes = 0;
  #firstErrorAt: number | undefined;
  readonly #errors: string[] = [];
  #note: string | undefined;
  /** Undefined for bytes that arrive. */
  readonly #path: string | undefined;
  readonly #isTrusted: boolean;
  /** The file as FFmpeg is told it. */
  readonly #url: string;
  /** Why the bytes that arrive ended too early. */
  #arrivalError: unknown;

  /** Undefined for the usual limit. */
  readonly #maxStartCpuMs: number | undefined;

  private constructor(path: string | undefined, { isTrusted, maxStartCpuMs }: OpenOptions) {
    this.#path = path;
    this.#isTrusted = isTrusted;
    this.#maxStartCpuMs = maxStartCpuMs;
    this.name = path === undefined ? '' : readableName(basename(path));
    // A program gets its arguments as text, and a line break in a name could pass for a line of FFmpeg's log.
    this.#url = path === undefined ? 'pipe:0' : isText(path) && !/\p{Cc}/u.test(path) ? `file:${path}` : `file:${INHERITED_FILE}`;
  }

  /**
   * Starts decoding and reads the first samples.
   * @param path as `file-names.ts` writes names that are not UTF-8
   * @throws FileError when the file can't be read or decoded
   */
  static async open(path: string, options: OpenOptions = { isTrusted: true }): Promise<SoundFile> {
    const file = new SoundFile(path, options);
    const handle = await openFile(path);
    try {
      file.#extent = await extentIn(handle);
      if (await isRiff(handle) && await file.#startPlain(new PipedBytes(file.#plain = createReadStream(pathOf(path))))) return file;
      file.#plain?.destroy();
      await file.#start(handle, []);
      const { sampleRate } = file.#format;
      if (sampleRate < MIN_RATE || sampleRate > MAX_RATE) {
        await file.close();
        await file.#start(handle, ['-ar', String(sampleRate < MIN_RATE ? MIN_RATE : MAX_RATE)]);
      }
      return file;
    } catch (error) {
      await file.close();
      throw error;
    } finally {
      await handle.close();
    }
  }

  /**
   * Decodes a file whose bytes arrive one after the other, and are not trusted. What is missing at its end is found by
   * the length that FFmpeg reads from its head only.
   * @param input is read until FFmpeg has what it needs; its errors are thrown here or by `chunks`
   * @throws FileError when it can't be decoded
   */
  static async arriving(input: AsyncIterable<Uint8Array>): Promise<SoundFile> {
    const file = new SoundFile(undefined, { isTrusted: false });
    try {
      const bytes = new PipedBytes(input);
      file.#extent = { stream: 0, isCut: false, isLengthOfSound: true };
      if (await file.#startPlain(bytes)) return file;
      const raw = await unsizedSound(bytes);
      file.#extent = { stream: 0, isCut: false, isLengthOfSound: !raw, ...(raw && { raw }) };
      await file.#start(bytes, []);
      const { sampleRate } = file.#format;
      if (sampleRate < MIN_RATE || sampleRate > MAX_RATE) throw new FileError('not-audio', `has a sample rate of ${sampleRate} Hz; files that are sent may have ${MIN_RATE} to ${MAX_RATE}`);
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Float PCM at the file's own rate and with all its channels: mixing is left to the pipe, which measures them first. */
  get format(): AudioFormat {
    return this.#format;
  }

  /** Length announced by the file; undefined without one. */
  get durationMs(): number | undefined {
    return this.#extent.durationMs ?? this.#announcedMs;
  }

  /** What is unusual about the file without being wrong, once all of it was decoded. */
  get note(): string | undefined {
    return this.#note;
  }

  /** Length of the audio decoded so far. */
  get decodedMs(): number {
    return this.#msOf(this.#bytes);
  }

  /**
   * The audio; can be iterated once. Leaving the loop early ends FFmpeg; after `close` the loop ends.
   * @throws FileError at the end, when the file was cut off or corrupt
   */
  async* chunks(): AsyncGenerator<Uint8Array, void, void> {
    try {
      yield this.#count(this.#first);
      for (let bytes = await this.#read(); bytes; bytes = await this.#read()) yield this.#count(bytes);
      const end = await this.#end;
      if (this.#arrivalError !== undefined) throw this.#arrivalError;
      const problem = this.#isClosed ? undefined : await this.#problemOf(end);
      if (problem) throw problem;
    } finally {
      await this.close();
    }
  }

  /** Ends FFmpeg if it still runs; settles when the process is gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#plain?.destroy();
    this.#ffmpeg?.kill();
    await this.#ffmpeg?.end;
  }

  /** The next output of FFmpeg; undefined at the end. */
  async #read(): Promise<Uint8Array | undefined> {
    try {
      const next = await this.#input.next();
      // Copied because Node reuses the buffer, and the consumer may transfer the chunk.
      return next.done ? undefined : new Uint8Array(next.value);
    } catch (error) {
      // `close` during a read causes an error, which is expected, and so does the end of what arrives.
      if (this.#isClosed || this.#arrivalError !== undefined) return undefined;
      throw error;
    }
  }

  /** @returns false, with nothing consumed, if FFmpeg must decode it: other samples, or none */
  async #startPlain(bytes: PipedBytes): Promise<boolean> {
    const wav = await plainWav(bytes);
    if (wav === undefined || wav === 'cut') return false;
    const { sampleRate, channels } = wav.format;
    this.#format = { encoding: 'f32le', sampleRate, channels };
    this.#frameBytes = 4 * channels;
    this.#announcedMs = wav.announcedMs;
    this.#end = Promise.resolve({ exitCode: 0, signal: null });
    this.#input = asFloats(wav);
    const first = await this.#read();
    if (!first) throw await this.#problemOf(await this.#end);
    this.#first = first;
    return true;
  }

  async #start(source: FileHandle | AsyncIterable<Uint8Array>, rateArgs: readonly string[]): Promise<void> {
    const args = [
      ...this.#inputArgs(), '-map_metadata', '-1', '-fflags', '+bitexact',
      ...rateArgs, '-c:a', 'pcm_f32le', '-f', 'wav',
    ];
    let ffmpeg: Ffmpeg;
    try {
      const program = this.#isTrusted ? {} : { program: findOperatorsFfmpeg(), isStrange: true };
      this.#ffmpeg = ffmpeg = new Ffmpeg(args, (level, text) => this.#onLog(level, text), {
        ...program,
        ...('fd' in source ? { file: source.fd } : { isFed: true }),
        ...(this.#maxStartCpuMs !== undefined && { maxStartCpuMs: this.#maxStartCpuMs }),
      });
    } catch (error) {
      throw new FileError('no-ffmpeg', (error as Error).message);
    }
    this.#isClosed = false;
    this.#end = ffmpeg.end;
    this.#first = new Uint8Array(0);
    if (!('fd' in source)) void this.#feed(ffmpeg, source);
    const wav = new WavReader();
    this.#input = ffmpeg.output[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    while (!wav.format || this.#first.length === 0) {
      const bytes = await this.#read();
      if (!bytes) throw this.#arrivalError ?? await this.#problemOf(await this.#end) ?? new FileError('empty', 'contains no audio');
      this.#first = wav.push(bytes);
    }
    const { sampleRate, channels } = wav.format;
    this.#format = { encoding: 'f32le', sampleRate, channels };
    this.#frameBytes = 4 * channels;
  }

  /** Writes what arrives to FFmpeg; ends FFmpeg when it stops arriving. Never rejects. */
  async #feed(ffmpeg: Ffmpeg, source: AsyncIterable<Uint8Array>): Promise<void> {
    const { input } = ffmpeg;
    try {
      for await (const bytes of source) {
        if (input.destroyed) return;
        if (!input.write(bytes)) await drained(input);
      }
      input.end();
    } catch (error) {
      this.#arrivalError = error;
      ffmpeg.kill();
    }
  }

  #onLog(level: string, text: string): void {
    // Two spaces: the names and values of tags, which may be any text, are indented by four.
    const duration = level === 'info' ? /^ {2}Duration: (\d+):(\d+):([\d.]+), /.exec(text) : null;
    if (duration) this.#announcedMs ??= 1000 * (Number(duration[1]) * 3600 + Number(duration[2]) * 60 + Number(duration[3]));
    if (level === 'warning' && text.includes('Estimating duration from bitrate')) this.#isLengthEstimated = true;
    // Our output may exceed the sizes of a WAV header; they are not read.
    if (text.includes('output file will be broken')) return;
    if (!['error', 'fatal', 'panic'].includes(level)) return;
    this.#firstErrorAt ??= this.#bytes;
    const line = text.includes('not on whitelist') ? 'this is no format of sound' : text.replace(`${this.#url}: `, '');
    if (this.#errors.length < MAX_ERRORS) this.#errors.push(line);
  }

  /** Detects damage from the file's structure, its announced length and FFmpeg's errors, since the exit code is 0 for most broken files. */
  async #problemOf({ exitCode, signal, spawnError, isStartTooCostly, isStuck }: FfmpegEnd): Promise<FileError | undefined> {
    if (spawnError) return new FileError('no-ffmpeg', `FFmpeg could not be started: ${spawnError.message}`);
    const cause = tellingLine(this.#errors);
    const says = cause === undefined ? '' : ` (FFmpeg: ${cause})`;
    if (this.#bytes === 0 && this.#extent.lacksIndex) return new FileError('damaged', `is cut off: the index at its end (moov) is missing, without which none of its sound can be found${says}`);
    if (isStartTooCostly) return new FileError('not-audio', `is not audio that FFmpeg can read: ${tooCostly(this.#maxStartCpuMs)}${says}`);
    if (isStuck) return new FileError('damaged', `is damaged: ${STUCK}${says}`);
    if (this.#bytes === 0 && exitCode !== 0) {
      return new FileError('not-audio', signal ? `FFmpeg was ended by ${signal}` : `is not audio that FFmpeg can read${says}`);
    }
    if (this.#bytes === 0) return new FileError('empty', `contains no audio${says}`);
    const recordings = this.#path === undefined ? 0 : await joinedRecordings(this.#path);
    if (recordings > 1) {
      this.#note = `is ${recordings} recordings joined in one file`;
      return undefined;
    }
    const announcedMs = this.#extent.durationMs ?? (this.#extent.isLengthOfSound && !this.#isLengthEstimated ? this.#announcedMs : undefined);
    const isShort = announcedMs !== undefined && isShorter(this.decodedMs, announcedMs);
    const length = `${(this.decodedMs / 1000).toFixed(1)} s`;
    if (isShort && (this.#extent.isCut || this.#extent.isLengthOfSound)) {
      return new FileError('damaged', `is cut off or damaged: ${length} of ${(announcedMs / 1000).toFixed(1)} s could be decoded${says}`);
    }
    if (this.#extent.isCut) return new FileError('damaged', `is cut off after ${length}: its header announces more`);
    if (exitCode !== 0) return new FileError('damaged', `is damaged: decoding ended after ${length}${signal ? ` by ${signal}` : ''}${says}`);
    if (await this.#isDamagedInside()) return new FileError('damaged', `is damaged: parts of it could not be decoded${says}`);
    return undefined;
  }

  /** Whether an error came before the last second of the sound. */
  async #isDamagedInside(): Promise<boolean> {
    if (this.#firstErrorAt === undefined) return false;
    const afterMs = this.#msOf(this.#bytes - this.#firstErrorAt);
    if (afterMs <= END_MS) return false;
    if (afterMs - this.#msOf(BUFFERED_BYTES) > END_MS) return true;
    if (this.#path === undefined) return false;
    // What was decoded ahead makes the position uncertain: decode again up to the first error.
    const beforeMs = await this.#msBeforeError(this.#path);
    return beforeMs !== undefined && this.decodedMs - beforeMs > END_MS;
  }

  /** Length of the sound before the first error of the decoder; undefined if there is none. */
  async #msBeforeError(path: string): Promise<number | undefined> {
    const handle = await openFile(path);
    try {
      const ffmpeg = this.#ffmpeg = new Ffmpeg([
        ...this.#inputArgs(), '-ac', '1', '-ar', String(MIN_RATE), '-flush_packets', '1', '-f', 's16le', '-xerror',
      ], () => {}, { file: handle.fd, isStrange: !this.#isTrusted });
      let bytes = 0;
      for await (const part of ffmpeg.output as AsyncIterable<Uint8Array>) bytes += part.length;
      const { exitCode } = await ffmpeg.end;
      return exitCode === 0 ? undefined : 1000 * bytes / 2 / MIN_RATE;
    } finally {
      await handle.close();
    }
  }

  #inputArgs(): string[] {
    const { raw } = this.#extent;
    return [
      '-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+info',
      // The whitelist prevents network access through playlists; the prefix `file:` keeps a name from being read as an option or pattern.
      '-protocol_whitelist', this.#path === undefined ? 'pipe' : 'file,pipe', ...(this.#isTrusted ? [] : ['-format_whitelist', [...STRANGERS_DEMUXERS, ...(raw ? [raw.format] : [])].join(',')]), ...(raw ? ['-skip_initial_bytes', String(raw.at), ...rawInputArgs(raw)] : []), '-i', this.#url, '-map', `0:a:${this.#extent.stream}`, '-vn', '-sn', '-dn',
    ];
  }

  #count(bytes: Uint8Array): Uint8Array {
    this.#bytes += bytes.length;
    return bytes;
  }

  #msOf(bytes: number): number {
    return this.#format ? 1000 * bytes / this.#frameBytes / this.#format.sampleRate : 0;
  }
}

/** Whether less was decoded than was announced, beyond what encoders pad and decoders trim. */
export function isShorter(decodedMs: number, announcedMs: number): boolean {
  return decodedMs < announcedMs * (1 - TOLERANCE_SHARE) - TOLERANCE_MS;
}

/**
 * What a file's headers say of its sound.
 * @throws FileError when it is no file that can be read, or is empty
 */
export async function examineFile<T>(path: string, alsoRead: (file: FileWindow, extent: Extent) => Promise<T>): Promise<{ readonly extent: Extent; readonly also: T }> {
  const handle = await openFile(path);
  try {
    const extent = await extentIn(handle);
    return { extent, also: await alsoRead(new FileWindow(handle, (await handle.stat()).size), extent) };
  } finally {
    await handle.close();
  }
}

async function extentIn(handle: FileHandle): Promise<Extent> {
  const { size } = await handle.stat();
  if (size === 0) throw new FileError('empty', 'is empty (0 bytes)');
  try {
    return await extentOf(new FileWindow(handle, size));
  } catch (error) {
    throw unreadable(error);
  }
}

/** Whether it may be a WAV: others are not opened and read a second time to find out. */
async function isRiff(handle: FileHandle): Promise<boolean> {
  const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
  return buffer.toString('latin1') === 'RIFF';
}

/** @throws FileError when it is no file that can be read */
async function openFile(path: string): Promise<FileHandle> {
  try {
    // Before it is opened: opening a named pipe waits for its writer.
    const stats = await stat(pathOf(path));
    if (stats.isDirectory()) throw new FileError('is-folder', 'is a folder; name the files in it');
    if (!stats.isFile()) throw new FileError('not-readable', 'is a pipe or a device, not a file');
    return await open(pathOf(path));
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(error: unknown): FileError {
  if (error instanceof FileError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT': return new FileError('not-found', 'no such file');
    case 'ENOTDIR': return new FileError('not-found', 'no such file: a part of its path is not a folder');
    case 'EACCES': case 'EPERM': return new FileError('not-readable', 'no permission to read it');
    case 'ENAMETOOLONG': return new FileError('not-readable', 'can\'t be read: its name is too long for this system');
    case 'ELOOP': return new FileError('not-readable', 'can\'t be read: its links form a circle');
    default: return new FileError('not-readable', `can't be read (${code ?? message})`);
  }
}
