/**
 * FFmpeg as a station's decoder: encoded audio in, stereo samples at the network's sample rate out.
 * FFmpeg also resamples, which saves the shard that work. It does not mix to mono: channels of opposite
 * polarity would cancel, and the station would look silent.
 */
import type { Readable } from 'node:stream';
import type { AudioFormat } from '../../protocol/audio-format.js';
import { drained, Ffmpeg, findOperatorsFfmpeg, STUCK, tooCostly } from '../ffmpeg.js';
import type { SourceFormat } from '../../protocol/messages.js';
import { type DecoderEnd, SourceFault } from './source-event.js';

/** Format of the decoded audio of every station. */
export const STATION_FORMAT: AudioFormat = { encoding: 's16le', sampleRate: 22050, channels: 2 };
/** Bytes of one sample of all channels. */
export const FRAME_BYTES = 2 * STATION_FORMAT.channels;
export const BYTES_PER_MS = FRAME_BYTES * STATION_FORMAT.sampleRate / 1000;

/**
 * Bytes that FFmpeg may read to detect the format. With less, MPEG-TS is detected sooner (after 1.4 s
 * of audio, not 2.8), but HLS arrives in bursts anyway, and MP3 after other bytes is missed.
 */
const PROBE_BYTES = 32 * 1024;
/** FFmpeg puts mono 3 dB lower into each channel of stereo; this makes up for it. */
const MONO_GAIN = "volume=volume='if(eq(nb_channels,1),1.4142135624,1)':eval=frame:precision=float";
/**
 * Samples per write, 0.35 s: as many as four columns take, the usual block. More writes wake FFmpeg,
 * this process and a shard more often, and give no prediction more.
 */
export const WRITE_SAMPLES = 7680;
/** The same as time. */
export const WRITE_MS = 1000 * WRITE_SAMPLES / STATION_FORMAT.sampleRate;
/** Allowed demuxers: audio containers, but no playlists, devices or images. */
export const DEMUXERS = ['aac', 'ac3', 'aiff', 'au', 'caf', 'eac3', 'flac', 'loas', 'matroska', 'mov', 'mp3', 'mpegts', 'ogg', 'wav', 'w64'] as const;
/** Number of FFmpeg's last error lines that are stored. */
export const MAX_LINES = 5;
const MAX_LINE_CHARS = 300;

/** Callbacks of a decoder. */
export interface DecoderEvents {
  /** The format that FFmpeg has detected. */
  source(source: Omit<SourceFormat, 'contentType'>): void;
  /** An error line of FFmpeg. */
  error(line: string): void;
}

export interface DecoderInput {
  /** A local file; without it, bytes are passed to `write`. */
  readonly path?: string;
  /** FFmpeg's name of the format, if it is known. */
  readonly format?: string | undefined;
  /** With these, it is the format of raw samples. */
  readonly sampleRate?: number;
  readonly channels?: number;
}

export class Decoder {
  /** s16le samples, with backpressure: FFmpeg waits while it is not read. */
  readonly output: Readable;
  /** Settles when FFmpeg is gone; never rejects. */
  readonly end: Promise<DecoderEnd>;
  readonly #ffmpeg: Ffmpeg;
  readonly #lines: string[] = [];
  /** FFmpeg's name of the input. */
  readonly #name: string;
  #isInput = true;
  #isRefused = false;
  #isFinished = false;
  #hasEnded = false;

  /**
   * @param input a local file, or the format of the bytes passed to `write`
   * @throws SourceFault when the operator's FFmpeg is missing
   */
  constructor({ path, format, sampleRate, channels }: DecoderInput, events: DecoderEvents) {
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
      // No other files or addresses are opened, whatever the input refers to.
      '-protocol_whitelist', isFed ? 'pipe' : 'file', '-format_whitelist', [...DEMUXERS, ...(sampleRate === undefined ? [] : [format])].join(','),
      ...(isFed ? ['-probesize', String(PROBE_BYTES), '-analyzeduration', '0'] : []),
      ...(format === undefined ? [] : ['-f', format]), ...(sampleRate === undefined ? [] : ['-ar', String(sampleRate)]), ...(channels === undefined ? [] : ['-ac', String(channels)]),
      '-i', this.#name,
      '-map', '0:a:0', '-vn', '-sn', '-dn', '-map_metadata', '-1',
      '-ac', String(STATION_FORMAT.channels), '-ar', String(STATION_FORMAT.sampleRate),
      '-af', `${MONO_GAIN},aresample=${STATION_FORMAT.sampleRate},asetnsamples=n=${WRITE_SAMPLES}:p=0`, '-flush_packets', '1',
      '-c:a', 'pcm_s16le', '-f', 's16le',
    ], (level, text) => this.#onLog(level, text, events), { program, isFed, isStrange: true });
    this.output = this.#ffmpeg.output;
    this.end = this.#ffmpeg.end.then(({ exitCode, signal, spawnError, isStartTooCostly, isStuck }) => {
      this.#hasEnded = true;
      // Ended by us: the signal says nothing to people.
      if (isStuck) return { exitCode, signal: null, lines: [STUCK, ...this.#lines] };
      if (isStartTooCostly) return { exitCode, signal: null, lines: [tooCostly(), ...this.#lines] };
      return { exitCode, signal, lines: spawnError ? [...this.#lines, spawnError.message] : this.#lines };
    });
  }

  /** Whether the input is complete. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** @returns false when the buffer is full; wait for `drained()` before the next write */
  write(bytes: Uint8Array): boolean {
    return this.#hasEnded || this.#ffmpeg.input.destroyed || this.#ffmpeg.input.write(bytes);
  }

  /** Settles when the buffer has space again, or FFmpeg has ended. */
  async drained(): Promise<void> {
    // No race with `end`: each handler on that promise would stay in memory until it settles, which may take months.
    await drained(this.#ffmpeg.input);
  }

  /** Ends the input: FFmpeg decodes what is buffered, then ends. */
  finish(): void {
    this.#isFinished = true;
    this.#ffmpeg.input.end();
  }

  kill(): void {
    this.#ffmpeg.kill();
  }

  #onLog(level: string, text: string, events: DecoderEvents): void {
    if (text.startsWith('Output #')) this.#isInput = false;
    if (this.#isInput && level === 'info') {
      const source = sourceOf(text);
      if (source) events.source(source);
    }
    if (!['error', 'fatal', 'panic'].includes(level) || this.#isRefused) return;
    // Ignore the line after this one: it only says "Invalid argument".
    this.#isRefused = text.includes('not on whitelist');
    const line = this.#isRefused ? 'this is not an audio format' : text.replaceAll(this.#name, 'the input').slice(0, MAX_LINE_CHARS);
    this.#lines.push(line);
    if (this.#lines.length > MAX_LINES) this.#lines.shift();
    events.error(line);
  }
}

/** Parses FFmpeg's log line of an audio stream: `Stream #0:0: Audio: mp3, 44100 Hz, stereo, fltp, 128 kb/s`. */
export function sourceOf(line: string): Omit<SourceFormat, 'contentType'> | undefined {
  // At most four spaces: the names and values of a stream's tags, which may be any text, are indented by more.
  const [, codec, rest = ''] = /^ {0,4}Stream #0:\d+.*?: Audio: (\w+)(.*)$/.exec(line) ?? [];
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
  // "5.1(side)" means 5 + 1 channels.
  const [, full, bass] = /^(\d)\.(\d)/.exec(layout) ?? [];
  return full === undefined ? undefined : Number(full) + Number(bass);
}
