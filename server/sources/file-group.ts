/**
 * Decodes several files in one FFmpeg process, each to an output of its own. Starting FFmpeg takes as much
 * CPU as decoding some minutes of MP3, so a library is decoded in groups. FFmpeg's log of a group does not
 * always say which file an error is about: whatever is unusual is told as `isSuspect`, and its file is to be
 * decoded again alone (`file.ts`), which finds out what is wrong.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { AudioFormat } from '../protocol/audio-format.js';
import type { Extent } from './extent/extent.js';
import { ffmpegEnvironment, findFfmpeg } from './ffmpeg.js';
import { isText } from './file-names.js';
import { MAX_RATE, MIN_RATE } from './plain-wav.js';
import { WavReader } from './wav.js';

/** A file, or a stretch of one. */
export interface GroupPart {
  /** A name that `isPlainName` holds for. */
  readonly path: string;
  readonly extent: Extent;
  readonly stretch?: { readonly fromMs: number; readonly lengthMs: number } | undefined;
}

/** How a group ended. */
export interface GroupEnd {
  /** By part: FFmpeg's log had an error about it, or one that may be about it. */
  readonly isSuspect: readonly boolean[];
  /** Index of the part that FFmpeg could not open, so that nothing of any part was decoded; `all` if it is not known which. */
  readonly unopened: number | 'all' | undefined;
}

const FIRST_OUTPUT = 3;
const BYTES_PER_SAMPLE = 4;

/** Whether FFmpeg can be given the name as an argument, and its log be read by lines. */
export function isPlainName(path: string): boolean {
  return isText(path) && !/\p{Cc}/u.test(path);
}

/** The sound of one part. */
export class PartSound {
  readonly #output: Readable;
  #wake = (): void => {};
  #format: AudioFormat | undefined;
  #first: Uint8Array = new Uint8Array(0);
  #bytes = 0;
  /** Length of the whole file by FFmpeg. */
  announcedMs: number | undefined;
  isLengthEstimated = false;

  constructor(output: Readable) {
    this.#output = output;
    // Also between reads: when a process exits, Node lets outputs without this listener flow, and what they held is lost.
    output.on('readable', () => this.#wake()).on('end', () => this.#wake()).on('close', () => this.#wake());
    // `kill` closes the pipe during a read.
    output.on('error', () => {});
  }

  /** Length of the sound decoded so far, ms. */
  get decodedMs(): number {
    return this.#format ? (1000 * this.#bytes) / (BYTES_PER_SAMPLE * this.#format.channels * this.#format.sampleRate) : 0;
  }

  /** Float PCM at the file's own rate, as of `SoundFile`; undefined if nothing could be decoded, or the pipe does not take the rate. */
  async open(): Promise<AudioFormat | undefined> {
    const wav = new WavReader();
    while (!wav.format || this.#first.length === 0) {
      const bytes = await this.#read();
      if (!bytes) return undefined;
      this.#first = wav.push(bytes);
    }
    const { sampleRate, channels } = wav.format;
    if (sampleRate < MIN_RATE || sampleRate > MAX_RATE) return undefined;
    return this.#format = { encoding: 'f32le', sampleRate, channels };
  }

  /** The sound, to be read once after `open`. */
  async* chunks(): AsyncGenerator<Uint8Array, void, void> {
    for (let bytes: Uint8Array | undefined = this.#first; bytes; bytes = await this.#read()) {
      this.#bytes += bytes.length;
      yield bytes;
    }
  }

  /** Lets FFmpeg write the rest, which is thrown away: it would wait, and with it all of the group. */
  skip(): void {
    this.#output.removeAllListeners('readable').resume();
  }

  async #read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const bytes = this.#output.read() as Buffer | null;
      if (bytes) return bytes;
      if (this.#output.readableEnded || this.#output.destroyed) return undefined;
      await new Promise<void>((resolve) => { this.#wake = resolve; });
    }
  }
}

/** A running FFmpeg that decodes some files. All sounds must be read at the same time: it writes them in step. */
export class FileGroup {
  readonly sounds: readonly PartSound[];
  /** Settles when the process is gone and all outputs are closed; never rejects. */
  readonly end: Promise<GroupEnd>;
  readonly #child: ChildProcess;
  readonly #log: GroupLog;

  /** @throws Error when no FFmpeg is found */
  constructor(parts: readonly GroupPart[]) {
    this.#child = spawn(findFfmpeg(), argumentsFor(parts), {
      windowsHide: true,
      env: ffmpegEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe', ...parts.map(() => 'pipe' as const)],
    });
    this.sounds = parts.map((_part, index) => new PartSound(this.#child.stdio[FIRST_OUTPUT + index] as Readable));
    this.#log = new GroupLog(this.sounds);
    this.#readLines();
    this.end = new Promise((resolve) => {
      // A process that never started emits no close event.
      this.#child.on('error', () => this.#child.pid === undefined && resolve(this.#log.end(false)));
      this.#child.on('close', (exitCode) => resolve(this.#log.end(exitCode === 0)));
    });
  }

  /** Ends the process at once; `end` settles after. */
  kill(): void {
    this.#child.kill('SIGKILL');
    for (const output of this.#child.stdio) output?.destroy();
  }

  #readLines(): void {
    let pending = '';
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (pending + text).split(/\r?\n|\r/);
      pending = lines.pop() ?? '';
      for (const line of lines) this.#log.line(line);
    }).on('end', () => this.#log.line(pending));
  }
}

function argumentsFor(parts: readonly GroupPart[]): string[] {
  const seconds = (ms: number): string => (ms / 1000).toFixed(3);
  const inputs = parts.flatMap(({ path, stretch }) => [
    '-protocol_whitelist', 'file,pipe', '-threads', '1', '-thread_queue_size', '0',
    ...(stretch ? ['-ss', seconds(stretch.fromMs), '-t', seconds(stretch.lengthMs)] : []),
    '-i', `file:${path}`,
  ]);
  const outputs = parts.flatMap(({ extent: { stream } }, index) => [
    '-map', `${index}:a:${stream}`, '-vn', '-sn', '-dn', '-map_metadata', '-1', '-fflags', '+bitexact', '-c:a', 'pcm_f32le', '-flush_packets', '0', '-f', 'wav', `pipe:${FIRST_OUTPUT + index}`,
  ]);
  return ['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+info', ...inputs, ...outputs];
}

/** What FFmpeg's log says of each part. Inputs are opened one after the other, and `Input #N` is logged once one is open. */
class GroupLog {
  readonly #sounds: readonly PartSound[];
  readonly #isSuspect: boolean[];
  /** Parts that are open. */
  #opened = 0;
  /** Contexts (`mp3float @ 0x55…`) with errors that no line has said the part of yet. */
  readonly #unclear = new Set<string>();
  /** Parts of contexts, where a line said it. */
  readonly #partOf = new Map<string, number>();
  #lastContext: string | undefined;
  #unopened: number | undefined;

  constructor(sounds: readonly PartSound[]) {
    this.#sounds = sounds;
    this.#isSuspect = sounds.map(() => false);
  }

  line(raw: string): void {
    const [, context = '', level = '', text = ''] = /^((?:\[[^\]]* @ [^\]]*\] )*)\[(\w+)\] (.*)$/.exec(raw) ?? [];
    if (level === 'info') return this.#info(text);
    if (level === 'warning' && text.includes('Estimating duration from bitrate')) this.#opening(({ sound }) => { sound.isLengthEstimated = true; });
    if (!['error', 'fatal', 'panic'].includes(level) || text.includes('output file will be broken')) return;
    const named = /#(\d+):\d+/.exec(context + text) ?? /Stream map '(\d+):/.exec(text);
    if (named) return this.#error(Number(named[1]), text);
    if (this.#opened < this.#sounds.length) return this.#opening(({ index }) => this.#error(index, text));
    if (context !== '') this.#unclear.add(context);
    else this.#unclear.add(text);
    this.#lastContext = context;
  }

  /** @param isWhole whether the process ended without an error */
  end(isWhole: boolean): GroupEnd {
    for (const context of this.#unclear) {
      const part = this.#partOf.get(context);
      if (part === undefined) this.#isSuspect.fill(true);
      else this.#isSuspect[part] = true;
    }
    if (isWhole) return { isSuspect: this.#isSuspect, unopened: undefined };
    const isDecoded = this.#sounds.some(({ decodedMs }) => decodedMs > 0);
    if (isDecoded) this.#isSuspect.fill(true);
    return { isSuspect: this.#isSuspect, unopened: isDecoded ? undefined : this.#unopened ?? 'all' };
  }

  #info(text: string): void {
    if (/^Input #\d+, /.test(text)) this.#opened += 1;
    // Two spaces: the names and values of tags, which may be any text, are indented by four.
    const duration = /^ {2}Duration: (\d+):(\d+):([\d.]+), /.exec(text);
    const sound = this.#sounds[this.#opened - 1];
    if (duration && sound) sound.announcedMs ??= 1000 * (Number(duration[1]) * 3600 + Number(duration[2]) * 60 + Number(duration[3]));
  }

  #opening(use: (part: { readonly sound: PartSound; readonly index: number }) => void): void {
    const sound = this.#sounds[this.#opened];
    if (sound) use({ sound, index: this.#opened });
  }

  #error(index: number, text: string): void {
    if (index >= this.#sounds.length) return void this.#isSuspect.fill(true);
    this.#isSuspect[index] = true;
    if (this.#opened < this.#sounds.length || text.startsWith('Stream map')) this.#unopened ??= index;
    // The decoder's own line comes right before the one that names the part.
    if (this.#lastContext) this.#partOf.set(this.#lastContext, index);
    this.#lastContext = undefined;
  }
}
