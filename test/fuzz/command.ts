/**
 * Fuzzes everything that reads what strangers send.
 *   npm run fuzz -- [--cases 1000000] [--seed 1] [--target NAME] [--keep] [--plain]
 *
 * The cases are shared out among the targets, fewer to those that take longer; with --target all go to one. A
 * failure is printed with its input in base64. --keep adds inputs that reached new code to those kept. --plain does
 * not look for new code, which takes most of the time, and only changes well-formed and kept inputs.
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { SettingError } from '../../server/settings.js';
import { command, wholeNumber } from '../bench/live/options.js';
import { table } from '../bench/live/table.js';
import type { Failure, FuzzReport } from './fuzz.js';
import { keepInputs, keptInputs } from './kept.js';
import { MAX_INPUT_BYTES } from './mutate.js';
import { COSTS, TARGETS } from './targets/targets.js';
import type { Work } from './worker.js';

/** A case longer than a second fails when it ends; one that has not ended after so many looks is given up. A process that was stopped looks late, but only once. */
const LOOKS = 20;
const LOOK_EVERY_MS = 1000;

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string' },
    keep: { type: 'boolean', default: false },
    plain: { type: 'boolean', default: false },
  },
});

await command(async () => {
  const cases = wholeNumber('cases', values.cases, 1, 1e9);
  const seed = wholeNumber('seed', values.seed, 0, 2 ** 32 - 1);
  if (values.target !== undefined && !TARGETS.has(values.target)) throw new SettingError(`--target must be one of ${[...TARGETS.keys()].join(', ')}; it is ${JSON.stringify(values.target)}.`);
  const names = values.target === undefined ? [...TARGETS.keys()] : [values.target];
  const rows: (string | number)[][] = [];
  let failed = 0;
  for (const [name, share] of shareOut(cases, names)) {
    const before = process.cpuUsage();
    const report = await inThread({ target: name, cases: share, seed, kept: keptInputs(name), explores: !values.plain, current: new SharedArrayBuffer(8 + MAX_INPUT_BYTES) });
    const { user, system } = process.cpuUsage(before);
    const cpuMs = (user + system) / 1000;
    rows.push([name, report.cases, report.kept.length, report.places, Math.round(report.slowestMs), (report.growthBytes / 1024 / 1024).toFixed(1), (cpuMs / 1000).toFixed(1), Math.round(report.cases / (cpuMs / 1000)), report.failures.length]);
    process.stderr.write(`${name}: ${report.cases} cases, ${report.places} of ${report.allPlaces} places in the modules loaded, ${(cpuMs / 1000).toFixed(1)} s of CPU, ${report.failures.length} failures\n`);
    for (const { input, reason } of report.failures) process.stderr.write(`${name} failed on ${Buffer.from(input).toString('base64')}\n${reason}\n\n`);
    failed += report.failures.length;
    // Shortest first, so that more find room.
    if (values.keep) keepInputs(name, [...report.failures.map(({ input }) => input), ...[...report.kept].sort((a, b) => a.length - b.length)]);
  }
  process.stdout.write(`${table(['target', 'cases', 'inputs kept', 'places reached', 'slowest, ms', 'growth, MB', 'CPU, s', 'cases a CPU-second', 'failures'], rows)}\n`);
  if (failed > 0) process.exitCode = 1;
});

/** Cases by target: each gets as many of them as its cost allows. */
function shareOut(cases: number, names: readonly string[]): [name: string, cases: number][] {
  const weights = names.map((name) => 1 / (COSTS[name] ?? 1));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  let given = 0;
  return names.map((name, index) => {
    const share = index === names.length - 1 ? cases - given : Math.round(cases * weights[index]! / sum);
    given += share;
    return [name, share];
  });
}

function inThread(work: Work): Promise<FuzzReport> {
  const counts = new Int32Array(work.current, 0, 2);
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: work });
    let report: FuzzReport | undefined;
    let reason: string | undefined;
    let last = -1;
    let looks = 0;
    const watch = setInterval(() => {
      const begun = Atomics.load(counts, 0);
      if (begun !== last) [last, looks] = [begun, 0];
      else if (begun > 0 && ++looks > LOOKS) {
        reason = `The case did not end within ${LOOKS} s.`;
        void worker.terminate();
      }
    }, LOOK_EVERY_MS);
    worker.on('message', (message: FuzzReport) => (report = message));
    worker.on('error', (error) => (reason = error.stack ?? error.message));
    worker.on('exit', () => {
      clearInterval(watch);
      const input = new Uint8Array(work.current, 8, counts[1]).slice();
      const failure: Failure[] = reason === undefined ? [] : [{ input, reason }];
      if (report === undefined && reason === undefined) failure.push({ input, reason: 'The thread ended.' });
      resolve({ cases: counts[0]!, kept: [], places: 0, allPlaces: 0, slowestMs: 0, growthBytes: 0, ...report, failures: [...report?.failures ?? [], ...failure] });
    });
  });
}
