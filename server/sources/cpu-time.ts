/** CPU time of a process, from Linux's /proc (man 5 proc_pid_stat). */
import { readFileSync } from 'node:fs';

/** `USER_HZ`, which is 100 on every architecture that Node runs on. */
const TICKS_PER_S = 100;
/** Fields 14 and 15, counted from the third: the second, a name in brackets, may hold spaces. */
const [USER_TICKS, SYSTEM_TICKS] = [11, 12];

/** Of all its threads together, ms; undefined if it is gone, or the system has no /proc. */
export function cpuMsOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS]);
    return Number.isFinite(ticks) ? 1000 * ticks / TICKS_PER_S : undefined;
  } catch {
    // No such process, or no such system.
    return undefined;
  }
}
