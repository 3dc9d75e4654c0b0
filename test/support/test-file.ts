/** One test file in a process of its own: how it ended, and how many of its tests passed. */
import { spawn } from 'node:child_process';

export interface FileResult {
  readonly passed: number;
  /** At least 1 where the file as a whole went wrong: a crash, the time limit, no tests. */
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
  /** All that it wrote, in the order in which it was written. */
  readonly output: string;
  /** Why the file failed as a whole. */
  readonly reason?: string;
}

export interface FileRun {
  /** Settles when the process has ended; never rejects. */
  readonly result: Promise<FileResult>;
  /** Ends the process and all that it started. */
  kill(): void;
}

/** Where a file has written more than this, the middle is left out. */
const OUTPUT_LENGTH = 200_000;

/** @param file a compiled test file that ends with uvu's `test.run()` */
export function runTestFile(file: string, { limitMs, env = {} }: { readonly limitMs: number; readonly env?: NodeJS.ProcessEnv }): FileRun {
  const startMs = performance.now();
  // A process group of its own, so that the servers and programs that the file started end with it.
  const child = spawn(process.execPath, [file], { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const kill = (): void => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // The whole group has ended.
    }
  };
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.length > OUTPUT_LENGTH) output = `${output.slice(0, OUTPUT_LENGTH / 4)}\n…\n${output.slice(-OUTPUT_LENGTH / 2)}`;
    });
  }
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    kill();
  }, limitMs);
  const result = new Promise<FileResult>((resolve) => {
    child.once('exit', kill); // a child process left behind would hold the pipes open
    child.once('error', (error) => {
      clearTimeout(limit);
      resolve({ passed: 0, failed: 1, skipped: 0, seconds: 0, output, reason: error.message });
    });
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      const seconds = (performance.now() - startMs) / 1000;
      const ended = late ? `did not end within ${limitMs / 1000} s` : signal ? `was ended by ${signal}` : code !== 0 ? `ended with exit code ${code}` : undefined;
      resolve({ ...countTests(output, ended), seconds, output });
    });
  });
  return { result, kill };
}

/**
 * Reads the lines "Total:", "Passed:" and "Skipped:" with which uvu closes.
 * @param ended how the process ended, where not with exit code 0
 */
export function countTests(output: string, ended?: string): Pick<FileResult, 'passed' | 'failed' | 'skipped' | 'reason'> {
  const plain = output.replace(/\x1b\[\d*m/g, '');
  const totals = [...plain.matchAll(/\n {2}Total: +(\d+)\n {2}Passed: +(\d+)\n {2}Skipped: +(\d+)\n/g)].at(-1);
  if (!totals) return { passed: 0, failed: 1, skipped: 0, reason: ended ?? 'ended before its tests did' };
  const [total, passed, skipped] = totals.slice(1).map(Number) as [number, number, number];
  const failed = total - passed;
  if (failed > 0) {
    // uvu catches what a `before` hook throws and says nothing.
    const reason = / FAIL /.test(plain) ? undefined : 'a hook failed before the tests could run';
    return { passed, failed, skipped, ...(reason && { reason }) };
  }
  if (ended) return { passed, failed: 1, skipped, reason: `${ended}, after its tests passed` };
  if (total + skipped === 0) return { passed: 0, failed: 1, skipped: 0, reason: 'has no tests' };
  return { passed, failed: 0, skipped };
}
