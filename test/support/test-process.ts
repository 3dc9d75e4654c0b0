/** Runs test files in a child process: how each ended, and how many of its tests passed. */
import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** Marks a line on both outputs of the process that announces the next file. */
export const FILE_MARK = '\u0001';
/** Marks a line on its standard output with its CPU time so far, ms. */
export const CPU_MARK = '\u0002';
/** Marks a line on its standard output with which it asks for the next file. */
export const ASK_MARK = '\u0003';
/** Descriptor from which it reads the path of that file in a line, or the end. */
export const NEXT_FILE = 3;

const RUN_FILES = fileURLToPath(new URL('./run-files.js', import.meta.url));

export interface FileResult {
  readonly passed: number;
  /** At least 1 if the file as a whole failed: a crash, the time limit, no tests. */
  readonly failed: number;
  /** Names of those that failed, as uvu prints them. */
  readonly failedNames: readonly string[];
  readonly skipped: number;
  readonly seconds: number;
  /** CPU time, also of ended child processes. Loading shared modules counts for the first file of a process. */
  readonly cpuSeconds: number;
  /** Its output. */
  readonly output: string;
  /** Why the file failed as a whole. */
  readonly reason?: string;
}

export interface Options {
  /** Time limit per file. */
  readonly limitMs: number;
  /** Time limit for the process to exit after its last test. */
  readonly endsWithinMs?: number;
  readonly env?: NodeJS.ProcessEnv;
  /** The file that runs after those so far, in the same process; undefined if that shall end. */
  readonly next?: () => string | undefined;
  finished(file: string, result: FileResult): void;
}

export interface TestProcess {
  /** Resolves after the process has ended, with the files that it was given and did not run; never rejects. */
  readonly left: Promise<readonly string[]>;
  /** Ends the process and its children. */
  kill(): void;
}

/** @param first a compiled test file that, as all, ends with uvu's `test.run()` */
export function runTestFiles(first: string, { limitMs, endsWithinMs = 20_000, env = {}, next, finished }: Options): TestProcess {
  // A separate process group, so that servers and programs started by tests end with it.
  const child = spawn(process.execPath, [RUN_FILES, first], { detached: true, stdio: ['ignore', 'pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  // Of a process that has ended meanwhile.
  const toChild = (child.stdio[NEXT_FILE] as Writable).on('error', () => {});
  const kill = (): void => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // The group has ended, or the process never started.
    }
  };
  /** Those that it was given. */
  const files = [first];
  const outputs = [''];
  /** It was told that there are no more. */
  let isLast = false;
  /** CPU time of the process at the end of each file, ms. */
  const cpuMs: number[] = [];
  let startMs = performance.now();
  let done = 0;
  let why: string | undefined;
  let limit = setTimeout(overTime, limitMs, limitMs);

  function overTime(ms: number): void {
    why = isLast
      ? `left something open, in ${files.length === 1 ? 'it' : `one of ${files.length} files`}: the process did not end within ${ms / 1000} s after its last test`
      : `did not end within ${ms / 1000} s`;
    kill();
  }

  function setLimit(ms: number): void {
    clearTimeout(limit);
    limit = setTimeout(overTime, ms, ms);
  }

  function finish(ended?: string): void {
    const [nowMs, output] = [performance.now(), outputs[done]!];
    const cpuSeconds = ((cpuMs[done] ?? 0) - (cpuMs[done - 1] ?? 0)) / 1000;
    finished(files[done]!, { ...countTests(output, ended), failedNames: failedNames(output), seconds: (nowMs - startMs) / 1000, cpuSeconds: Math.max(0, cpuSeconds), output });
    startMs = nowMs;
    done++;
  }

  function give(): void {
    const file = next?.();
    if (file === undefined) {
      isLast = true;
      toChild.end();
      return setLimit(endsWithinMs);
    }
    files.push(file);
    outputs.push('');
    toChild.write(`${file}\n`);
  }

  /** The current file of each output; earlier output belongs to the first file. */
  const at = [-1, -1];
  [child.stdout!, child.stderr!].forEach((stream, which) => {
    let pending = '';
    const write = (text: string): void => {
      const file = Math.max(0, at[which]!);
      let asks = false;
      outputs[file] += text.replace(ASK_LINE, () => {
        asks = true;
        return '';
      }).replace(CPU_LINE, (_, ms: string) => {
        cpuMs[file] = Number(ms);
        return '';
      });
      if (asks) give();
    };
    stream.setEncoding('utf8').on('data', (text: string) => {
      pending += text;
      for (let mark = pending.indexOf(FILE_MARK); mark >= 0; mark = pending.indexOf(FILE_MARK)) {
        const end = pending.indexOf('\n', mark);
        if (end < 0) return;
        write(pending.slice(0, mark));
        pending = pending.slice(end + 1);
        at[which]!++;
        while (done < Math.min(...at)) finish();
        setLimit(limitMs);
      }
      // A marked line may come in two pieces.
      const cut = pending.search(CUT_LINE);
      write(cut < 0 ? pending : pending.slice(0, cut));
      pending = cut < 0 ? '' : pending.slice(cut);
    });
  });

  const left = new Promise<readonly string[]>((resolve) => {
    const end = (ended?: string): void => {
      clearTimeout(limit);
      const current = Math.max(0, ...at);
      while (done < current) finish();
      finish(ended);
      resolve(files.slice(done));
    };
    child.once('exit', () => {
      kill(); // a child process left behind would hold the outputs open
      toChild.destroy();
    });
    child.once('error', (error) => end(error.message));
    child.once('close', (code, signal) => end(why ?? (signal ? `was ended by ${signal}` : code !== 0 ? `ended with exit code ${code}` : undefined)));
  });
  return { left, kill };
}

const ASK_LINE = `${ASK_MARK}\n`;
const CUT_LINE = new RegExp(`[${CPU_MARK}${ASK_MARK}][^\\n]*$`);
const CPU_LINE = new RegExp(`${CPU_MARK}([\\d.]+)\\n`, 'g');
const TOTALS = /\n {2}Total: +(\d+)\n {2}Passed: +(\d+)\n {2}Skipped: +(\d+)\n {2}Duration: /g;

const plain = (output: string): string => output.replace(/\x1b\[\d*m/g, '');

function failedNames(output: string): string[] {
  return [...plain(output).matchAll(/^ {3}FAIL {2}(.+)$/gm)].map(([, name]) => name!);
}

/**
 * Reads uvu's closing lines "Total:", "Passed:" and "Skipped:".
 * @param ended how the process ended, unless with exit code 0
 */
export function countTests(output: string, ended?: string): Pick<FileResult, 'passed' | 'failed' | 'skipped' | 'reason'> {
  const totals = [...plain(output).matchAll(TOTALS)].at(-1);
  if (!totals) return { passed: 0, failed: 1, skipped: 0, reason: ended ?? 'ended before its tests did' };
  const [total, passed, skipped] = totals.slice(1).map(Number) as [number, number, number];
  const failed = total - passed;
  if (failed > 0) {
    // uvu silently ignores an error thrown by a `before` hook.
    const reason = ended ?? (/ FAIL /.test(plain(output)) ? undefined : 'a hook failed before the tests could run');
    return { passed, failed, skipped, ...(reason && { reason }) };
  }
  if (ended) return { passed, failed: 1, skipped, reason: `${ended}, after its tests passed` };
  if (total + skipped === 0) return { passed: 0, failed: 1, skipped: 0, reason: 'has no tests' };
  return { passed, failed: 0, skipped };
}
