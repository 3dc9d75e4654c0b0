/**
 * Child process of the runner: runs the test file given on its command line, then those that it is given when it
 * asks, one after the other, as uvu's own command does, so that they share loaded modules.
 */
import { readFileSync, readSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { ASK_MARK, CPU_MARK, FILE_MARK, NEXT_FILE } from './test-process.js';

const uvu = globalThis as unknown as { UVU_DEFER: number; UVU_INDEX: number; UVU_QUEUE: unknown[][] };
uvu.UVU_DEFER = 1; // `test.run()` queues the tests instead of running them
const { exec } = await import('uvu');

/** Output is collected: a write for each test would wake the runner as often. */
process.stdout.cork();
const flush = (): void => {
  process.stdout.uncork();
  process.stdout.cork();
};
setInterval(flush, 1000).unref();

/** A line for the runner, with what was collected before it. */
function tell(line: string): void {
  process.stdout.write(`${line}\n`);
  flush();
}
const tellCpu = (): void => tell(`${CPU_MARK}${cpuMs()}`);
process.on('exit', tellCpu);

for (let file = process.argv[2]; file !== undefined; file = nextFile()) {
  tell(`${FILE_MARK}${file}`);
  process.stderr.write(`${FILE_MARK}${file}\n`);
  uvu.UVU_INDEX = 0;
  uvu.UVU_QUEUE.splice(0, Infinity, [null]);
  await import(pathToFileURL(file).href);
  await exec();
  tellCpu();
}
// Failed tests are in the totals; another code than 0 says that the process itself went wrong.
process.exitCode = 0;

/** Waits for a line; undefined at the end. */
function nextFile(): string | undefined {
  tell(ASK_MARK);
  const bytes = Buffer.alloc(4096);
  let length = 0;
  while (bytes[length - 1] !== 0x0a) {
    const read = readSync(NEXT_FILE, bytes, length, bytes.length - length, null);
    if (read === 0) return undefined;
    length += read;
  }
  return bytes.toString('utf8', 0, length - 1);
}

/** CPU time of this process and of those that it has started and that have ended, ms. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 + childrensCpuMs();
}

/** Fields 16 and 17 of proc(5)'s stat, in hundredths of a second; 0 where there is no /proc. */
function childrensCpuMs(): number {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return 10 * (Number(fields[13]) + Number(fields[14]));
  } catch {
    return 0;
  }
}
