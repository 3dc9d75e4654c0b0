/** CPU time of Chromium's threads, as the kernel's scheduler counts it (`/proc/PID/task/TID/schedstat`, nanoseconds). */
import { readdirSync, readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';

export interface Process { readonly type: string; readonly id: number }

interface Thread {
  /** Type of the process and name of the thread, such as `renderer AudioInputDevic`; Linux cuts names to 15 letters. */
  readonly name: string;
  readonly cpuMs: number;
}

export async function processesOf(browser: Browser): Promise<Process[]> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo;
}

/** CPU time of all threads over some time, in percent of a core, by name; the most first. */
export async function threadPercents(browser: Browser, ms: number): Promise<Map<string, number>> {
  const before = threads(await processesOf(browser));
  const startedMs = performance.now();
  await new Promise((resolve) => { setTimeout(resolve, ms); });
  const after = threads(await processesOf(browser));
  const passedMs = performance.now() - startedMs;
  const percents = new Map<string, number>();
  for (const [id, { name, cpuMs }] of after) percents.set(name, (percents.get(name) ?? 0) + 100 * (cpuMs - (before.get(id)?.cpuMs ?? 0)) / passedMs);
  return new Map([...percents].sort(([, a], [, b]) => b - a));
}

export const total = (percents: ReadonlyMap<string, number>): number => [...percents.values()].reduce((sum, percent) => sum + percent, 0);

function threads(processes: readonly Process[]): Map<number, Thread> {
  const found = new Map<number, Thread>();
  for (const { type, id } of processes) {
    for (const thread of readdirSync(`/proc/${id}/task`).map(Number)) {
      const folder = `/proc/${id}/task/${thread}`;
      try {
        const comm = readFileSync(`${folder}/comm`, 'utf8').trim();
        const cpuMs = Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
        found.set(thread, { name: `${type.replace(/^.*\.mojom\./, '')} ${comm}`, cpuMs });
      } catch {
        // The thread has ended meanwhile.
      }
    }
  }
  return found;
}
