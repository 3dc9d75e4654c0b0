/**
 * FFmpeg as a child process: where it is found, and what it says. prism-media starts it and owns the
 * pipes, but hides exit code and error lines, so both are read here from the process itself.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import prism from 'prism-media';

const require = createRequire(import.meta.url);

const WHAT_TO_DO = 'install it (for example "apt install ffmpeg" or "brew install ffmpeg") or set FFMPEG_PATH.';

/**
 * The operator's FFmpeg, else the packaged one: for files that whoever starts it names.
 * @throws Error with what to do, when there is no FFmpeg at all
 */
export function findFfmpeg(env: NodeJS.ProcessEnv = process.env, warn: (line: string) => void = warnOnce): string {
  const path = operatorsFfmpeg(env);
  if (path !== undefined) return path;
  const packaged = packagedFfmpeg();
  if (packaged === undefined) throw new Error(`FFmpeg was not found: ${WHAT_TO_DO}`);
  warn('livegenre: no FFmpeg on this system, using the one of 2018 from @ffmpeg-installer/ffmpeg: only for files you trust.');
  return packaged;
}

/**
 * The operator's FFmpeg and no other: for what comes from the network, which a build of 2018 must never decode.
 * @throws Error with what to do, when there is none
 */
export function findOperatorsFfmpeg(env: NodeJS.ProcessEnv = process.env): string {
  const path = operatorsFfmpeg(env);
  if (path === undefined) throw new Error(`This needs FFmpeg, and it was not found: ${WHAT_TO_DO}`);
  return path;
}

function operatorsFfmpeg(env: NodeJS.ProcessEnv): string | undefined {
  const named = env.FFMPEG_PATH;
  if (named) {
    if (isProgram(named)) return named;
    throw new Error(`FFMPEG_PATH is ${JSON.stringify(named)}, where there is no program; set it to FFmpeg's full path or unset it.`);
  }
  const name = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Not there, or not for us: the caller looks further.
    return false;
  }
}

function packagedFfmpeg(): string | undefined {
  try {
    const { path } = require('@ffmpeg-installer/ffmpeg') as { path: string };
    return path;
  } catch {
    // An optional package: left out at install, or nothing for this platform (it throws a string then).
    return undefined;
  }
}

let warned = false;

function warnOnce(line: string): void {
  if (!warned) process.stderr.write(`${line}\n`);
  warned = true;
}

/** How an FFmpeg process ended. */
export interface FfmpegEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not even start. */
  readonly spawnError?: Error;
}

const MAX_LINE_CHARS = 2000;

export interface FfmpegOptions {
  /** The program; by default what `findFfmpeg` finds. */
  readonly program?: string;
  /** Whether it is fed through `input`; else its standard input is empty. */
  readonly isFed?: boolean;
}

/** A running FFmpeg that writes to its standard output. */
export class Ffmpeg {
  /** Standard output; read it at your own pace, FFmpeg waits. */
  readonly output: Readable;
  /** Standard input: FFmpeg reads `pipe:0` at its own pace. A write to one that has died is lost; `end` says why. */
  readonly input: Writable;
  /** Settles when the process is gone and its pipes are closed; never rejects. */
  readonly end: Promise<FfmpegEnd>;
  readonly #child: ChildProcess;

  /**
   * @param args all arguments but the output, with `-loglevel level+info`
   * @param onLine each line of its log, with the level it came at
   * @throws Error when no FFmpeg is found
   */
  constructor(args: readonly string[], onLine: (level: string, text: string) => void, { program, isFed = false }: FfmpegOptions = {}) {
    const path = program ?? findFfmpeg();
    // prism-media asks this function of its own which program to start.
    (prism.FFmpeg as unknown as { getInfo(): { command: string } }).getInfo = () => ({ command: path });
    const transcoder = new prism.FFmpeg({ args: [...args] });
    // prism-media passes on errors of the pipes; they say nothing that the exit code doesn't.
    transcoder.on('error', () => {});
    this.#child = transcoder.process;
    this.output = this.#child.stdout as Readable;
    this.input = this.#child.stdin as Writable;
    if (!isFed) this.input.end();
    this.#readLines(onLine);
    this.end = new Promise((resolve) => {
      let spawnError: Error | undefined;
      this.#child.on('error', (error) => {
        spawnError = error;
        // A process that never started closes nothing.
        if (this.#child.pid === undefined) resolve({ exitCode: null, signal: null, spawnError });
      });
      this.#child.on('close', (exitCode, signal) => resolve({ exitCode, signal, ...(spawnError && { spawnError }) }));
    });
  }

  /** Ends the process at once; `end` settles after. */
  kill(): void {
    this.#child.kill('SIGKILL');
    // Whoever read and fed it has stopped: a pipe left open would keep the process from closing.
    this.output.destroy();
    this.input.destroy();
  }

  #readLines(onLine: (level: string, text: string) => void): void {
    let pending = '';
    const line = (text: string): void => {
      const [, context = '', level = 'info', message = ''] = /^((?:\[[^\]]* @ [^\]]*\] )*)\[(\w+)\] (.*)$/.exec(text) ?? ['', '', 'info', text];
      onLine(level, context && level !== 'info' ? `${context.replace(/^\[([^\]]*?) @.*$/, '$1')}: ${message}` : message);
    };
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (pending + text).split(/\r?\n|\r/);
      pending = (lines.pop() ?? '').slice(0, MAX_LINE_CHARS);
      lines.forEach(line);
    }).on('end', () => {
      if (pending) line(pending);
    });
  }
}
