/**
 * FFmpeg for one station: encoded sound goes in as it comes, mono samples at the network's own rate
 * come out. FFmpeg mixes and resamples because it is there anyway; the shard is spared both.
 */
import type { Readable } from 'node:stream';
import type { AudioFormat } from '../../protocol/audio-format.js';
import { Ffmpeg, findOperatorsFfmpeg } from '../ffmpeg.js';
import { SourceFault, type DecoderEnd, type SourceFormat } from './source-event.js';

/** What every station's sound is decoded to. */
export const STATION_FORMAT: AudioFormat = { encoding: 's16le', sampleRate: 22050, channels: 1 };
export const BYTES_PER_MS = 2 * STATION_FORMAT.sampleRate / 1000;

/**
 * What FFmpeg may take for its guess of the format. With less, MPEG-TS is found sooner (1.4 s of
 * sound, not 2.8), but HLS comes in lumps anyway, and MP3 behind odd bytes is missed.
 */
const PROBE_BYTES = 32 * 1024;
/** It writes as often as this: more often only costs. */
const WRITE_SAMPLES = 2205;
/** Containers of sound. Lists of files, devices and pictures are none of it. */
const DEMUXERS = 'aac,ac3,aiff,eac3,flac,loas,matroska,mov,mp3,mpegts,ogg,wav,w64';
/** Of FFmpeg's last words this many are kept. */
export const MAX_LINES = 5;
const MAX_LINE_CHARS = 300;

/** What is heard of a decoder beside its sound. */
export interface DecoderEvents {
  /** What FFmpeg finds in it. */
  source(source: Omit<SourceFormat, 'contentType'>): void;
  complained(line: string): void;
}

export interface DecoderInput {
  /** A local file; else bytes are written. */
  readonly path?: string;
  /** FFmpeg's name of the format, where it is known better than FFmpeg would guess. */
  readonly format?: string | undefined;
}

export class Decoder {
  /** s16le samples; FFmpeg waits for who reads. */
  readonly output: Readable;
  /** Settles when FFmpeg is gone; never rejects. */
  readonly end: Promise<DecoderEnd>;
  readonly #ffmpeg: Ffmpeg;
  readonly #lines: string[] = [];
  /** As FFmpeg calls what it reads. */
  readonly #name: string;
  #isInput = true;
  #isRefused = false;
  #isFinished = false;
  #hasEnded = false;

  /**
   * @param input what to decode: a local file, or what `write` brings
   * @throws SourceFault when there is no FFmpeg that may be used
   */
  constructor({ path, format }: DecoderInput, ears: DecoderEvents) {
    const isFed = path === undefined;
    this.#isFinished = !isFed;
    this.#name = isFed ? 'pipe:0' : `file:${path}`;
    let program: string;
    try {
      program = findOperatorsFfmpeg();
    } catch (error) {
      throw new SourceFault((error as Error).message);
    }
    this.#ffmpeg = new Ffmpeg([
      '-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+info',
      // Nothing that the bytes name is opened.
      '-protocol_whitelist', isFed ? 'pipe' : 'file', '-format_whitelist', DEMUXERS,
      ...(isFed ? ['-probesize', String(PROBE_BYTES), '-analyzeduration', '0'] : []),
      ...(format === undefined ? [] : ['-f', format]),
      '-i', this.#name,
      '-map', '0:a:0', '-vn', '-sn', '-dn', '-map_metadata', '-1',
      '-ac', String(STATION_FORMAT.channels), '-ar', String(STATION_FORMAT.sampleRate),
      '-af', `aresample=${STATION_FORMAT.sampleRate},asetnsamples=n=${WRITE_SAMPLES}:p=0`, '-flush_packets', '1',
      '-c:a', 'pcm_s16le', '-f', 's16le',
    ], (level, text) => this.#hear(level, text, ears), { program, isFed });
    this.output = this.#ffmpeg.output;
    this.end = this.#ffmpeg.end.then(({ exitCode, signal, spawnError }) => {
      this.#hasEnded = true;
      return { exitCode, signal, lines: spawnError ? [...this.#lines, spawnError.message] : this.#lines };
    });
  }

  /** No more bytes were to come when it ended, or are to come. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** @returns false when nothing more should come until `drained()` */
  write(bytes: Uint8Array): boolean {
    return this.#hasEnded || this.#ffmpeg.input.destroyed || this.#ffmpeg.input.write(bytes);
  }

  /** Settles when there is room for more, or FFmpeg is gone. */
  async drained(): Promise<void> {
    const { input } = this.#ffmpeg;
    if (input.destroyed) return;
    // Not a race with `end`: what waits for that promise is kept until it settles, which may take months.
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        input.removeListener('drain', settle).removeListener('close', settle);
        resolve();
      };
      input.on('drain', settle).on('close', settle);
    });
  }

  /** No more bytes: what is left is decoded, then FFmpeg ends. */
  finish(): void {
    this.#isFinished = true;
    this.#ffmpeg.input.end();
  }

  kill(): void {
    this.#ffmpeg.kill();
  }

  #hear(level: string, text: string, ears: DecoderEvents): void {
    if (text.startsWith('Output #')) this.#isInput = false;
    if (this.#isInput && level === 'info') {
      const source = sourceOf(text);
      if (source) ears.source(source);
    }
    if (!['error', 'fatal', 'panic'].includes(level) || this.#isRefused) return;
    // What follows that says "Invalid argument", which helps nobody.
    this.#isRefused = text.includes('not on whitelist');
    const line = this.#isRefused ? 'the format is none of sound' : text.replaceAll(this.#name, 'the input').slice(0, MAX_LINE_CHARS);
    this.#lines.push(line);
    if (this.#lines.length > MAX_LINES) this.#lines.shift();
    ears.complained(line);
  }
}

/** FFmpeg's line on a stream of sound: `Stream #0:0: Audio: mp3, 44100 Hz, stereo, fltp, 128 kb/s`. */
export function sourceOf(line: string): Omit<SourceFormat, 'contentType'> | undefined {
  const [, codec, rest = ''] = /^\s*Stream #0:\d+.*?: Audio: (\w+)(.*)$/.exec(line) ?? [];
  if (codec === undefined) return undefined;
  const sampleRate = /(\d+) Hz/.exec(rest)?.[1];
  const bitrateKbps = /(\d+) kb\/s/.exec(rest)?.[1];
  const channels = channelsOf(/ Hz, ([^,]+)/.exec(rest)?.[1] ?? '');
  return {
    codec,
    ...(bitrateKbps !== undefined && { bitrateKbps: Number(bitrateKbps) }),
    ...(sampleRate !== undefined && { sampleRate: Number(sampleRate) }),
    ...(channels !== undefined && { channels }),
  };
}

function channelsOf(layout: string): number | undefined {
  if (layout === 'mono') return 1;
  if (layout === 'stereo') return 2;
  const counted = /^(\d+) channels/.exec(layout)?.[1];
  if (counted !== undefined) return Number(counted);
  // "5.1(side)": five and one.
  const [, full, bass] = /^(\d)\.(\d)/.exec(layout) ?? [];
  return full === undefined ? undefined : Number(full) + Number(bass);
}
