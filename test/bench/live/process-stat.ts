/** A line of `/proc/PID/stat` or of a thread's (proc(5)), as far as it is of use here. */

/** Linux counts a thread's time in hundredths of a second, whatever the kernel's own tick is. */
const TICK_MS = 10;
const PAGE_BYTES = 4096;

export interface ProcessStat {
  readonly parent: number;
  /** User and system time. */
  readonly cpuMs: number;
  /** The same of child processes that have ended. */
  readonly childrenCpuMs: number;
  readonly rssMb: number;
}

export function processStat(stat: string): ProcessStat {
  // The 2nd field, in brackets, may hold spaces: fields are counted from the 3rd, behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), cpuMs: TICK_MS * (Number(fields[11]) + Number(fields[12])), childrenCpuMs: TICK_MS * (Number(fields[13]) + Number(fields[14])), rssMb: (PAGE_BYTES * Number(fields[21])) / 2 ** 20 };
}
