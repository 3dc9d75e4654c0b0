/**
 * Prints where the server's time went, thread by thread, from a folder of CPU profiles.
 *
 *   npm run bench:live -- --streams N --seconds S --cpu-prof DIR && npm run bench:profile -- DIR [--top 20] [--last S]
 *
 * Profiles hold the whole life of a thread, its start and the warming up included: `--last S` counts
 * only the last S seconds, which are those of the measurement. Times are the clock's; on a busy
 * machine a thread that waits for a processor seems to work.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { command, MAX_SECONDS, wholeNumber } from './options.js';
import { threadTimes, type CpuProfile, type Spent } from './profile.js';
import { table } from './table.js';

const { values: { top, last }, positionals: [folder = '.'] } = parseArgs({
  options: { top: { type: 'string', default: '20' }, last: { type: 'string' } },
  allowPositionals: true,
});

/** CPU.DATE.TIME.PROCESS.THREAD.NUMBER.cpuprofile; the main thread's number is 0. */
const FILE = /^CPU\.\d+\.\d+\.(\d+)\.(\d+)\.\d+\.cpuprofile$/;

await command(async () => {
  const most = wholeNumber('top', top, 1, 1000);
  const lastMs = last === undefined ? Infinity : 1000 * wholeNumber('last', last, 1, MAX_SECONDS);
  const files = (await readdir(folder)).filter((file) => FILE.test(file)).sort();
  if (files.length === 0) throw new Error(`${folder} holds no CPU profiles. Make some with bench:live --cpu-prof ${folder}.`);
  for (const file of files) {
    const [, pid, thread] = FILE.exec(file)!;
    const { totalMs, areas, functions } = threadTimes(JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile, lastMs);
    const busyMs = totalMs - (areas.find(({ name }) => name === 'idle')?.ms ?? 0);
    const row = ({ name, ms }: Spent): string[] => [name, ms.toFixed(0), name.includes('idle') ? '' : `${((100 * ms) / busyMs).toFixed(1)} %`];
    console.log(`\n${thread === '0' ? 'Main thread' : `Thread ${thread}`} of process ${pid}: ${(totalMs / 1000).toFixed(1)} s, ${(busyMs / 1000).toFixed(1)} s busy\n`);
    console.log(`${table(['area', 'ms', 'of the busy time'], areas.map(row))}\n`);
    console.log(table(['function itself', 'ms', 'of the busy time'], functions.filter(({ name }) => name !== '(idle)').slice(0, most).map(row)));
  }
});
