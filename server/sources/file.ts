/**
 * Decodes an audio file of any format that FFmpeg reads to float PCM at the file's own rate. Decoding
 * is faster than scoring, so chunks are pulled and FFmpeg waits in between: memory does not grow with
 * the length of the file.
 */
import { constants, type Stats } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { AudioFormat } from '../protocol/audio-format.js';
import { Ffmpeg, type FfmpegEnd } from './ffmpeg.js';
import { isTruncated } from './truncation.js';
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

const MIN_RATE = 8000;
const MAX_RATE = 192000;
/** Errors in the last second are ignored: tags and pictures after the last frame cause them. */
const END_MS = 1000;
/** Decoded audio still buffered when an error line arrives (FFmpeg, the pipe, Node's two buffers): the uncertainty of an error's position. */
const BUFFERED_BYTES = 256 * 1024;
/** Encoders pad and decoders trim, so a decoded length this much shorter than announced is complete. */
const TOLERANCE_MS = 300;
const TOLERANCE_SHARE = 0.01;

export class SoundFile {
  readonly name: string;
  #format!: AudioFormat;
  #announcedMs: number | undefined;
  /** The announced length is not that of the audio: estimated from the bit rate, or that of a video. */
  #isLengthUnreliable = false;
  #truncated = false;
  #ffmpeg: Ffmpeg | undefined;
  #end!: Promise<FfmpegEnd>;
  #input!: AsyncIterator<Uint8Array>;
  #first!: Uint8Array;
  #frameBytes = 8;
  #isClosed = false;
  #bytes = 0;
  #firstErrorAt: number | undefined;
  #lastError = '';
  readonly #path: string;

  private constructor(path: string) {
    this.#path = resolve(path);
    this.name = basename(path);
  }

  /**
   * Starts decoding and reads the first samples.
   * @throws FileError when the file can't be read or decoded
   */
  static async open(path: string): Promise<SoundFile> {
    const file = new SoundFile(path);
    await file.#check();
    try {
      await file.#start([]);
      const { sampleRate } = file.#format;
      if (sampleRate < MIN_RATE || sampleRate > MAX_RATE) {
        await file.close();
        await file.#start(['-ar', String(sampleRate < MIN_RATE ? MIN_RATE : MAX_RATE)]);
      }
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
    return this.#announcedMs;
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
      const problem = this.#isClosed ? undefined : this.#problemOf(end);
      if (problem) throw problem;
    } finally {
      await this.close();
    }
  }

  /** Ends FFmpeg if it still runs; settles when the process is gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
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
      // `close` during a read causes an error, which is expected.
      if (this.#isClosed) return undefined;
      throw error;
    }
  }

  async #check(): Promise<void> {
    let stats: Stats;
    try {
      stats = await stat(this.#path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EACCES') throw new FileError('not-readable', 'no permission to read it');
      throw new FileError('not-found', 'no such file');
    }
    if (stats.isDirectory()) throw new FileError('is-folder', 'is a folder; name the files in it');
    if (stats.isFile() && stats.size === 0) throw new FileError('empty', 'is empty (0 bytes)');
    try {
      await access(this.#path, constants.R_OK);
    } catch {
      throw new FileError('not-readable', 'no permission to read it');
    }
    if (!stats.isFile()) return;
    const handle = await open(this.#path);
    try {
      this.#truncated = await isTruncated(handle, stats.size);
    } finally {
      await handle.close();
    }
  }

  async #start(rateArgs: readonly string[]): Promise<void> {
    const args = [
      '-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+info',
      // The whitelist prevents network access through playlists; the prefix `file:` keeps a name from being read as an option or pattern.
      '-protocol_whitelist', 'file,pipe', '-i', `file:${this.#path}`,
      '-map', '0:a:0', '-vn', '-sn', '-dn', '-map_metadata', '-1', '-fflags', '+bitexact',
      ...rateArgs, '-c:a', 'pcm_f32le', '-f', 'wav',
    ];
    let ffmpeg: Ffmpeg;
    try {
      this.#ffmpeg = ffmpeg = new Ffmpeg(args, (level, text) => this.#onLog(level, text));
    } catch (error) {
      throw new FileError('no-ffmpeg', (error as Error).message);
    }
    this.#isClosed = false;
    this.#end = ffmpeg.end;
    this.#first = new Uint8Array(0);
    const wav = new WavReader();
    this.#input = ffmpeg.output[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    while (!wav.format || this.#first.length === 0) {
      const bytes = await this.#read();
      if (!bytes) throw this.#problemOf(await this.#end) ?? new FileError('empty', 'contains no audio');
      this.#first = wav.push(bytes);
    }
    const { sampleRate, channels } = wav.format;
    this.#format = { encoding: 'f32le', sampleRate, channels };
    this.#frameBytes = 4 * channels;
  }

  #onLog(level: string, text: string): void {
    const duration = /^\s*Duration: (\d+):(\d+):([\d.]+)/.exec(text);
    if (duration) this.#announcedMs = 1000 * (Number(duration[1]) * 3600 + Number(duration[2]) * 60 + Number(duration[3]));
    if (text.includes('Estimating duration from bitrate')) this.#isLengthUnreliable = true;
    if (/^\s*Stream #0:\d+.*: Video: /.test(text) && !text.includes('attached pic')) this.#isLengthUnreliable = true;
    // Our output may exceed the sizes of a WAV header; they are not read.
    if (text.includes('output file will be broken')) return;
    if (!['error', 'fatal', 'panic'].includes(level)) return;
    this.#firstErrorAt ??= this.#bytes;
    this.#lastError = text.replace(`file:${this.#path}: `, '');
  }

  /** Detects damage from the log and the announced length too, since the exit code is 0 for most broken files. */
  #problemOf({ exitCode, signal, spawnError }: FfmpegEnd): FileError | undefined {
    if (spawnError) return new FileError('no-ffmpeg', `FFmpeg could not be started: ${spawnError.message}`);
    const says = this.#lastError ? ` (FFmpeg: ${this.#lastError})` : '';
    if (this.#bytes === 0 && exitCode !== 0) {
      return new FileError('not-audio', signal ? `FFmpeg was ended by ${signal}` : `is not audio that FFmpeg can read${says}`);
    }
    if (this.#bytes === 0) return new FileError('empty', `contains no audio${says}`);
    const announcedMs = this.#isLengthUnreliable ? undefined : this.#announcedMs;
    const cut = announcedMs !== undefined && this.decodedMs < announcedMs * (1 - TOLERANCE_SHARE) - TOLERANCE_MS;
    const length = `${(this.decodedMs / 1000).toFixed(1)} s`;
    if (cut) return new FileError('damaged', `is cut off or damaged: ${length} of ${(announcedMs / 1000).toFixed(1)} s could be decoded${says}`);
    if (this.#truncated) return new FileError('damaged', `is cut off after ${length}: its header announces more`);
    if (exitCode !== 0) return new FileError('damaged', `is damaged: decoding ended after ${length}${signal ? ` by ${signal}` : ''}${says}`);
    if (this.#firstErrorAt !== undefined && this.#msOf(this.#bytes - this.#firstErrorAt - BUFFERED_BYTES) > END_MS) {
      return new FileError('damaged', `is damaged: parts of it could not be decoded${says}`);
    }
    return undefined;
  }

  #count(bytes: Uint8Array): Uint8Array {
    this.#bytes += bytes.length;
    return bytes;
  }

  #msOf(bytes: number): number {
    return this.#format ? 1000 * bytes / this.#frameBytes / this.#format.sampleRate : 0;
  }
}
