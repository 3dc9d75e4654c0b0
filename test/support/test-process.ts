/** Runs test files in a child process: how each ended, and how many of its tests passed. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Marks a line on both outputs of the process that announces the next file. */
export const FILE_MARK = '\u0001';
/** Marks a line on its standard output with its CPU time so far, ms. */
export const CPU_MARK = '\u0002';

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
  finished(file: string, result: FileResult): void;
}

export interface TestProcess {
  /** Resolves after the process has ended, with the files that it did not run; never rejects. */
  readonly left: Promise<readonly string[]>;
  /** Ends the process and its children. */
  kill(): void;
}

/** @param files compiled test files, each of which ends with uvu's `test.run()` */
export function runTestFiles(files: readonly string[], { limitMs, endsWithinMs = 20_000, env = {}, finished }: Options): TestProcess {
  // A separate process group, so that servers and programs started by tests end with it.
  const child = spawn(process.execPath, [RUN_FILES, ...files], { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const kill = (): void => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // The group has ended, or the process never started.
    }
  };
  const outputs = files.map(() => '');
  /** CPU time of the process at the end of each file, ms. */
  const cpuMs: number[] = [];
  let startMs = performance.now();
  let done = 0;
  let why: string | undefined;
  let limit = setTimeout(overTime, limitMs, limitMs);

  function overTime(ms: number): void {
    why = hasTotals(outputs.at(-1)!)
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

  /** The current file of each output; earlier output belongs to the first file. */
  const at = [-1, -1];
  [child.stdout, child.stderr].forEach((stream, which) => {
    let pending = '';
    const write = (text: string): void => {
      const file = Math.max(0, at[which]!);
      outputs[file] += text.replace(CPU_LINE, (_, ms: string) => {
        cpuMs[file] = Number(ms);
        return '';
      });
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
      write(pending);
      pending = '';
      if (which === 0 && at[0] === files.length - 1 && hasTotals(outputs.at(-1)!)) setLimit(endsWithinMs);
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
    child.once('exit', kill); // a child process left behind would hold the outputs open
    child.once('error', (error) => end(error.message));
    child.once('close', (code, signal) => end(why ?? (signal ? `was ended by ${signal}` : code !== 0 ? `ended with exit code ${code}` : undefined)));
  });
  return { left, kill };
}

const CPU_LINE = new RegExp(`${CPU_MARK}([\\d.]+)\\n`, 'g');
const TOTALS = /\n {2}Total: +(\d+)\n {2}Passed: +(\d+)\n {2}Skipped: +(\d+)\n {2}Duration: /g;

const plain = (output: string): string => output.replace(/\x1b\[\d*m/g, '');
const hasTotals = (output: string): boolean => plain(output).search(TOTALS) >= 0;

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
