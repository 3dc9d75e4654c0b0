/**
 * Runs the test files in child processes, several at a time: `npm test [-- OPTIONS] [NAME…]`. NAME selects
 * the files whose path contains it. See test/README.md for the options.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { BrowserServer } from 'playwright-core';
import { needsOf, type Need } from './needs.js';
import { runTestFiles, type FileResult, type TestProcess } from './test-process.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Duration of each file in its last run on this machine; determines the order of the next run. */
const TIMES = join(ROOT, '.runs', 'test-times.json');
/** Estimated seconds of a file without a recorded duration: by what it needs, and by its length. */
const GUESS: Readonly<Record<Need, number>> = { browser: 40, programs: 50, tensorflow: 6, ffmpeg: 4, commands: 4 };
const BYTES_PER_SECOND = 5000;

/** Files that mostly wait for real time: some of them run beside those that compute. */
const WAITING: readonly Need[] = ['browser', 'programs'];

/**
 * Short files run one after the other in a process that is left to end after this time, because loading the server's
 * modules takes as long as many of them. Others run alone.
 */
const SHORT_S = 8;
const PROCESS_S = 60;

const { values, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    jobs: { type: 'string' },
    limit: { type: 'string', default: '300' },
  },
});
// The quick ones wait for nothing: more at a time than processors cost more time in all.
const jobs = Number(values.jobs ?? availableParallelism() + (values.quick ? 0 : 1));
/** More files at a time, of those that mostly wait. */
const waitingJobs = values.quick ? 0 : Math.min(jobs - 1, availableParallelism());
const limitMs = 1000 * Number(values.limit);
if (!(Number.isInteger(jobs) && jobs > 0)) fail(`--jobs is ${JSON.stringify(values.jobs)}: give how many files may run at a time, such as 2.`);
if (!(limitMs > 0)) fail(`--limit is ${JSON.stringify(values.limit)}: give the seconds that one file may take, such as 300.`);

interface TestFile {
  /** Path from the repository root: `test/….test.ts`. */
  readonly path: string;
  readonly needs: ReadonlySet<Need>;
}

interface Finished extends TestFile {
  readonly result: FileResult;
}

const startMs = performance.now();
const times = readTimes();
const all = testFiles().filter(({ needs }) => !(values.quick && needs.size > 0));
for (const name of names) {
  if (!all.some(({ path }) => path.includes(name))) fail(`No ${values.quick ? 'quick test' : 'test'} file has ${JSON.stringify(name)} in its path.`);
}
const files = all.filter(({ path }) => names.length === 0 || names.some((name) => path.includes(name)));
/** The longest first. */
const waiting = [...files].sort((a, b) => expectedSeconds(b) - expectedSeconds(a));
const running = new Set<TestProcess>();
const finished: Finished[] = [];
let browser: Promise<BrowserServer> | undefined;
let isStopped = false;
/** Runs beside the tests, which takes less time than before them. */
const types = values.quick ? undefined : checkTypes();

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    isStopped = true;
    waiting.length = 0;
    for (const each of running) each.kill();
    types?.kill();
    console.log(`Stopped by ${signal}.`);
    process.exitCode = 1;
    void close().then(() => process.exit());
  });
}

const [typesFit = true] = await Promise.all([
  ...Array.from({ length: jobs }, async (_, job) => {
    // One of the jobs, so that no more than these run at a time.
    const fit = job === 0 ? await types?.fit : undefined;
    for (let file = next(false); file; file = next(false)) await run(file);
    return fit;
  }),
  ...Array.from({ length: waitingJobs }, async () => {
    for (let file = next(true); file; file = next(true)) await run(file);
    return undefined;
  }),
]);
await close();
saveTimes();
summarise();

/** @param isWaiting whether to take only files that mostly wait; else those that compute come first */
function next(isWaiting: boolean): TestFile | undefined {
  const index = waiting.findIndex((file) => waits(file) === isWaiting);
  if (index < 0) return isWaiting ? undefined : waiting.shift();
  return waiting.splice(index, 1)[0];
}

/** The next file that may run in a process that others have run in. */
function nextShort(): TestFile | undefined {
  const index = waiting.findIndex(isShort);
  return index < 0 ? undefined : waiting.splice(index, 1)[0];
}

function waits({ needs }: TestFile): boolean {
  return WAITING.some((need) => needs.has(need));
}

function isShort(file: TestFile): boolean {
  return !waits(file) && expectedSeconds(file) <= SHORT_S;
}

/** The type check, `npm run typecheck`; its output is shown only when it fails. */
function checkTypes(): { readonly fit: Promise<boolean>; kill(): void } {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const child = spawn(process.execPath, [tsc, '--noEmit'], { cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { output += text; });
  const startMs = performance.now();
  const fit = new Promise<boolean>((resolve) => {
    child.once('error', (error) => { output += error.message; });
    child.once('close', (code) => {
      const line = `${code === 0 ? '✓' : '✘'} ${((performance.now() - startMs) / 1000).toFixed(1).padStart(5)} s  types`;
      if (!isStopped) console.log(code === 0 ? line : `${line}: npm run typecheck fails\n${output.trimEnd().replace(/^/gm, '    ')}\n`);
      resolve(code === 0);
    });
  });
  return {
    fit,
    kill() {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // It has ended, or never started.
      }
    },
  };
}

/** Runs a file, and after a short one others in the same process. */
async function run(first: TestFile): Promise<void> {
  const env = first.needs.has('browser') ? { LIVEGENRE_TEST_BROWSER: (await sharedBrowser()).wsEndpoint() } : {};
  const byPath = new Map([[compiled(first), first]]);
  const untilMs = performance.now() + 1000 * PROCESS_S;
  const started = runTestFiles(compiled(first), {
    limitMs,
    env,
    next() {
      const file = isShort(first) && performance.now() < untilMs ? nextShort() : undefined;
      if (file) byPath.set(compiled(file), file);
      return file && compiled(file);
    },
    finished(path, result) {
      const file = byPath.get(path)!;
      finished.push({ ...file, result });
      report(file, result);
    },
  });
  running.add(started);
  const left = await started.left;
  running.delete(started);
  // A file ended the process; what it was given after that runs in another.
  if (!isStopped) waiting.unshift(...left.map((path) => byPath.get(path)!));
}

function compiled({ path }: TestFile): string {
  return join(ROOT, 'dist', path.replace(/\.ts$/, '.js'));
}

/** One Chromium for all files of a run, started for the first file that needs it. */
function sharedBrowser(): Promise<BrowserServer> {
  return browser ??= import('./browser.js').then(({ serveBrowser }) => serveBrowser());
}

async function close(): Promise<void> {
  await (await browser?.catch(() => undefined))?.close();
}

function report({ path }: TestFile, { passed, failed, skipped, seconds, cpuSeconds, output, reason }: FileResult): void {
  const counts = [`${passed} passed`, skipped > 0 && `${skipped} skipped`, failed > 0 && `${failed} failed`].filter(Boolean).join(', ');
  const line = `${failed > 0 ? '✘' : '✓'} ${seconds.toFixed(1).padStart(5)} s, ${cpuSeconds.toFixed(1).padStart(4)} s of CPU  ${path}  ${counts}`;
  if (failed === 0) return console.log(line);
  console.log(`${line}${reason ? `: ${reason}` : ''}\n${output.trimEnd().replace(/^/gm, '    ')}\n`);
}

function summarise(): void {
  const sum = (of: (result: FileResult) => number): number => finished.reduce((total, { result }) => total + of(result), 0);
  const most = (of: (result: FileResult) => number): Finished[] => [...finished].sort((a, b) => of(b.result) - of(a.result)).slice(0, 10);
  const column = (seconds: number): string => `${seconds.toFixed(1).padStart(5)} s`;
  console.log('\nThe slowest files, and their CPU time:');
  for (const { path, result } of most(({ seconds }) => seconds)) console.log(`  ${column(result.seconds)} ${column(result.cpuSeconds)}  ${path}`);
  console.log('\nMost CPU time:');
  for (const { path, result } of most(({ cpuSeconds }) => cpuSeconds)) console.log(`  ${column(result.cpuSeconds)}  ${path}`);
  const broken = finished.filter(({ result }) => result.failed > 0);
  if (broken.length > 0 || !typesFit) {
    console.log('\nFailed:');
    if (!typesFit) console.log('  types: npm run typecheck');
    for (const { path, result } of broken) {
      console.log(`  ${path}${result.reason ? `: ${result.reason}` : ''}`);
      for (const name of result.failedNames) console.log(`    ${name}`);
    }
  }
  console.log(`\n${finished.length} files, ${jobs} at a time and ${waitingJobs} that mostly wait, ${((performance.now() - startMs) / 1000).toFixed(1)} s, ${sum(({ cpuSeconds }) => cpuSeconds).toFixed(0)} s of CPU without types and the shared browser`);
  console.log(`${sum(({ skipped }) => skipped)} skipped`);
  console.log(`${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed) + (typesFit ? 0 : 1)} failed`);
  if (broken.length > 0 || !typesFit) process.exitCode = 1;
}

/** Listed from the sources, so that outputs of an older build in `dist/` do not run. */
function testFiles(): TestFile[] {
  return readdirSync(join(ROOT, 'test'), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .map((path) => ({ path, needs: needsOf(ROOT, path) }));
}

function expectedSeconds({ path, needs }: TestFile): number {
  return times[path] ?? Math.max(0, ...[...needs].map((need) => GUESS[need])) + statSync(join(ROOT, path)).size / BYTES_PER_SECOND;
}

function readTimes(): Record<string, number> {
  try {
    return JSON.parse(readFileSync(TIMES, 'utf8')) as Record<string, number>;
  } catch {
    return {}; // the first run here, or one that was cut off while it wrote
  }
}

function saveTimes(): void {
  const known = Object.entries({ ...times, ...Object.fromEntries(finished.map(({ path, result }) => [path, Number(result.seconds.toFixed(1))])) });
  mkdirSync(join(ROOT, '.runs'), { recursive: true });
  writeFileSync(TIMES, `${JSON.stringify(Object.fromEntries(known.filter(([path]) => existsSync(join(ROOT, path)))), null, 1)}\n`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
