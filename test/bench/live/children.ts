/** What the child processes of this one have used, as Linux tells (proc(5)). */
import { readdirSync, readFileSync } from 'node:fs';

export interface ChildrenUsed {
  readonly count: number;
  /** User and system time. */
  readonly cpuMs: number;
  readonly rssMb: number;
}

/** Linux counts a thread's time in hundredths of a second, whatever the kernel's own tick is. */
const TICK_MS = 10;
const PAGE_BYTES = 4096;

/** Those that run now; all 0 where the system doesn't tell. */
export function childrenUsed(): ChildrenUsed {
  let count = 0;
  let ticks = 0;
  let pages = 0;
  if (process.platform !== 'linux') return { count, cpuMs: 0, rssMb: 0 };
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    let stat: string;
    try {
      stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    } catch {
      continue; // ended meanwhile
    }
    // The 2nd field, in brackets, may hold spaces; the 4th is the parent.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(fields[1]) !== process.pid) continue;
    count++;
    ticks += Number(fields[11]) + Number(fields[12]);
    pages += Number(fields[21]);
  }
  return { count, cpuMs: ticks * TICK_MS, rssMb: (pages * PAGE_BYTES) / 2 ** 20 };
}
