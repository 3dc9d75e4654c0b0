/**
 * Finds FFmpeg and runs it as a child process. prism-media owns the pipes, but hides the exit code and
 * the log, so both are read from the process here; and it is started here, with an environment of its own.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import prism from 'prism-media';
import { confined } from './confined.js';
import { cpuMsOf } from './cpu-time.js';

const require = createRequire(import.meta.url);

const INSTALL_HINT = 'install it (for example "apt install ffmpeg" or "brew install ffmpeg") or set FFMPEG_PATH.';

/**
 * The operator's FFmpeg, else the packaged one. For files named by the user who runs the program.
 * @throws Error with an installation hint, when there is no FFmpeg
 */
export function findFfmpeg(env: NodeJS.ProcessEnv = process.env, warn: (line: string) => void = warnOnce): string {
  const path = operatorsFfmpeg(env);
  if (path !== undefined) return path;
  const packaged = packagedFfmpeg();
  if (packaged === undefined) throw new Error(`FFmpeg was not found: ${INSTALL_HINT}`);
  warn('livegenre: no FFmpeg on this system; using the build of 2018 from @ffmpeg-installer/ffmpeg, only for files you trust.');
  return packaged;
}

/**
 * The operator's FFmpeg only. For data from the network, which a build of 2018 must never decode.
 * @throws Error with an installation hint, when there is none
 */
export function findOperatorsFfmpeg(env: NodeJS.ProcessEnv = process.env): string {
  const path = operatorsFfmpeg(env);
  if (path === undefined) throw new Error(`This needs FFmpeg, and it was not found: ${INSTALL_HINT}`);
  return path;
}

function operatorsFfmpeg(env: NodeJS.ProcessEnv): string | undefined {
  const named = env.FFMPEG_PATH;
  if (named) {
    if (isProgram(named)) return named;
    throw new Error(`FFMPEG_PATH is ${JSON.stringify(named)}, which is not an executable file; set it to FFmpeg's full path or unset it.`);
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
    // It does not exist or may not be executed: the caller tries the next folder.
    return false;
  }
}

function packagedFfmpeg(): string | undefined {
  try {
    const { path } = require('@ffmpeg-installer/ffmpeg') as { path: string };
    return path;
  } catch {
    // The package is optional: not installed, or without a build for this platform (then it throws a string).
    return undefined;
  }
}

let warned = false;

function warnOnce(line: string): void {
  if (!warned) process.stderr.write(`${line}\n`);
  warned = true;
}

/** What a program may need to start: where programs, libraries and folders are. */
const KEPT_VARIABLES = [
  'PATH', 'HOME', 'TMPDIR', 'TMP', 'TEMP', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'DYLD_FALLBACK_LIBRARY_PATH', 'SystemRoot', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA',
];

/**
 * FFmpeg's environment: none of the variables that change what it logs, reads or writes (AV_LOG_FORCE_COLOR,
 * FFREPORT, FFMPEG_DATADIR, locale, proxies …) is passed on.
 */
export function ffmpegEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => KEPT_VARIABLES.includes(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', AV_LOG_FORCE_NOCOLOR: '1' };
}

/** Sentences of FFmpeg's that say only that something failed; another line says what. */
const GENERAL = /^(?:Invalid data found when processing input|Invalid argument|Error while decoding|Error submitting packet|Error decoding|Error opening|Error during demuxing|Conversion failed|Nothing was written|Output file is empty|Terminating thread|Decode error rate|Error parsing|End of file)|: (?:Invalid data found when processing input|Invalid argument|End of file)$/;

/** The line that says most about what is wrong: the first that names a cause. */
export function tellingLine(lines: readonly string[]): string | undefined {
  return lines.find((line) => !GENERAL.test(line)) ?? lines[0];
}

/** How an FFmpeg process ended. */
export interface FfmpegEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Set if the process could not be started. */
  readonly spawnError?: Error;
  /** It was ended because it used `maxStartCpuMs` without giving any output. */
  readonly isStartTooCostly?: boolean;
  /** It was ended because it used `MAX_SILENT_CPU_MS` without giving any more output. */
  readonly isStuck?: boolean;
}

/**
 * CPU time in which FFmpeg must give its first output, ms. Real files need less than a tenth of it; bytes that only
 * look like sound make some of its demuxers and decoders search for minutes. Not elapsed time, because slow disks
 * and networks are no fault of a file.
 */
export const MAX_START_CPU_MS = 2000;
/** What is said of input that needs more. */
export const tooCostly = (ms = MAX_START_CPU_MS): string => `no sound was found in ${ms / 1000} s of computing`;
/** Between two looks at the CPU time before the first output, at most, and after it: a look reads a file. */
const CPU_CHECK_MS = 200;
const SILENT_CHECK_MS = 5000;
/** CPU time in which FFmpeg must give more output, once it has given some, ms. Damaged files can take 8 s. */
export const MAX_SILENT_CPU_MS = 30_000;
/** What is said of input that needs more. */
export const STUCK = `no more sound was found in ${MAX_SILENT_CPU_MS / 1000} s of computing`;

const MAX_LINE_CHARS = 2000;
const ESCAPE_SEQUENCE = /\u001b\[[\d;]*m/g;

export interface FfmpegOptions {
  /** Path of the program; by default the result of `findFfmpeg`. */
  readonly program?: string;
  /** Whether data is written to `input`; else standard input is closed at once. */
  readonly isFed?: boolean;
  /** An open file that the process gets too, as `INHERITED_FILE`. */
  readonly file?: number;
  /** CPU time for its first output, `MAX_START_CPU_MS` by default. */
  readonly maxStartCpuMs?: number;
  /** What it reads comes from strangers, so it is confined (`confined.ts`). */
  readonly isStrange?: boolean;
  /** Instead of `MAX_SILENT_CPU_MS`, for tests. */
  readonly maxSilentCpuMs?: number;
}

const COUNTED = { running: 0, started: 0, failed: 0 };
/** The FFmpegs of this process: those that run, all that were started, and those that ended otherwise than well or by `kill`. */
export const FFMPEGS: { readonly running: number; readonly started: number; readonly failed: number } = COUNTED;

/** Name of `FfmpegOptions.file` for the process; for files whose own name can't be given to a program. */
export const INHERITED_FILE = '/dev/fd/3';

/** A running FFmpeg that writes to its standard output. */
export class Ffmpeg {
  /** Standard output, with backpressure: FFmpeg waits while it is not read. */
  readonly output: Readable;
  /** Standard input, `pipe:0`. Writes after the process has died are lost; `end` has the reason. */
  readonly input: Writable;
  /** Settles when the process is gone and its pipes are closed; never rejects. */
  readonly end: Promise<FfmpegEnd>;
  readonly #child: ChildProcess;
  #isStartTooCostly = false;
  #isStuck = false;
  #isKilled = false;

  /**
   * @param args all arguments but the output, with `-loglevel level+info`
   * @param onLine called with each line of its log and the line's level
   * @throws Error when no FFmpeg is found
   */
  constructor(args: readonly string[], onLine: (level: string, text: string) => void, { program, isFed = false, file, isStrange = false, maxStartCpuMs = MAX_START_CPU_MS, maxSilentCpuMs = MAX_SILENT_CPU_MS }: FfmpegOptions = {}) {
    const path = program ?? findFfmpeg();
    // prism-media calls this to start the program.
    (prism.FFmpeg as unknown as { create(options: { args: string[] }): ChildProcess }).create = (options) => {
      const all = [...options.args, 'pipe:1'];
      const [command, given] = isStrange ? confined(path, all) : [path, all];
      return spawn(command, given, {
        windowsHide: true,
        env: ffmpegEnvironment(),
        stdio: ['pipe', 'pipe', 'pipe', ...(file === undefined ? [] : [file])],
      });
    };
    const transcoder = new prism.FFmpeg({ args: [...args] });
    // Errors of the pipes are ignored: the exit code has the result.
    transcoder.on('error', () => {});
    this.#child = transcoder.process;
    this.output = this.#child.stdout as Readable;
    this.input = this.#child.stdin as Writable;
    if (!isFed) this.input.end();
    this.#readLines(onLine);
    this.#limitComputing(maxStartCpuMs, maxSilentCpuMs);
    COUNTED.started++;
    COUNTED.running++;
    this.end = new Promise<FfmpegEnd>((resolve) => {
      let spawnError: Error | undefined;
      this.#child.on('error', (error) => {
        spawnError = error;
        // A process that never started emits no close event.
        if (this.#child.pid === undefined) resolve({ exitCode: null, signal: null, spawnError });
      });
      this.#child.on('close', (exitCode, signal) => resolve({ exitCode, signal, ...(spawnError && { spawnError }), ...(this.#isStartTooCostly && { isStartTooCostly: true }), ...(this.#isStuck && { isStuck: true }) }));
    });
    void this.end.then(({ exitCode }) => {
      COUNTED.running--;
      if (exitCode !== 0 && !this.#isKilled) COUNTED.failed++;
    });
  }

  /** Ends the process at once; `end` settles after. */
  kill(): void {
    this.#isKilled = true;
    this.#child.kill('SIGKILL');
    // An open pipe would delay the close event.
    this.output.destroy();
    this.input.destroy();
  }

  /** Ends the process if it computes too long for its first output, or for more. Waiting takes no CPU time. */
  #limitComputing(maxStartCpuMs: number, maxSilentCpuMs: number): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    let seenBytes = 0;
    /** At the first check without more output; undefined while it comes. */
    let silentFromMs: number | undefined = 0;
    const check = (): void => {
      // Counted by the pipe itself, so that nobody has to read it.
      const { bytesRead } = this.output as Socket;
      if (bytesRead > seenBytes) {
        seenBytes = bytesRead;
        silentFromMs = undefined;
        return wait();
      }
      const cpuMs = cpuMsOf(pid) ?? 0;
      silentFromMs ??= cpuMs;
      if (cpuMs - silentFromMs < (seenBytes === 0 ? maxStartCpuMs : maxSilentCpuMs)) return wait();
      if (seenBytes === 0) this.#isStartTooCostly = true;
      else this.#isStuck = true;
      // Its pipes stay open for readers, which see their end.
      this.#child.kill('SIGKILL');
    };
    let timer: NodeJS.Timeout | undefined;
    let isGone = false;
    const wait = (): void => {
      if (!isGone) timer = setTimeout(check, seenBytes === 0 ? Math.min(CPU_CHECK_MS, maxStartCpuMs) : Math.min(SILENT_CHECK_MS, maxSilentCpuMs)).unref();
    };
    const stop = (): void => {
      isGone = true;
      clearTimeout(timer);
    };
    wait();
    this.#child.once('exit', stop).once('error', stop);
  }

  #readLines(onLine: (level: string, text: string) => void): void {
    let pending = '';
    const line = (raw: string): void => {
      // A program that FFMPEG_PATH names may set colours itself.
      const text = raw.replace(ESCAPE_SEQUENCE, '');
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

/** Resolves when a process takes more input, or takes none any more; leaves no listener behind. */
export function drained(input: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (input.destroyed) return resolve();
    const settle = (): void => {
      input.off('drain', settle).off('close', settle);
      resolve();
    };
    input.on('drain', settle).on('close', settle);
  });
}
