/** CPU time and memory of a process's children, on Linux. */
import { readdirSync, readFileSync } from 'node:fs';
import { processStat, type ProcessStat } from './process-stat.js';

export interface ChildUsage {
  readonly count: number;
  /** User and system time. */
  readonly cpuMs: number;
  readonly rssMb: number;
}

/** Usage of the running children; all 0 on other systems. */
export function childUsage(parent: number = process.pid): ChildUsage {
  let count = 0;
  let cpuMs = 0;
  let rssMb = 0;
  if (process.platform !== 'linux') return { count, cpuMs, rssMb };
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    let stat: ProcessStat;
    try {
      stat = processStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch {
      continue; // ended meanwhile
    }
    if (stat.parent !== parent) continue;
    count++;
    cpuMs += stat.cpuMs;
    rssMb += stat.rssMb;
  }
  return { count, cpuMs, rssMb };
}
