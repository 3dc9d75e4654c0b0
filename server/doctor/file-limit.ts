/** The limit of open files, compared with what the settings may need: each connection is one file. */
import { readFileSync } from 'node:fs';
import type { Settings } from '../settings.js';
import { note, ok, problem, type Finding } from './finding.js';

/** For libraries, the database, the shards' pipes and the log. */
const OWN_FILES = 100;

type Limits = Pick<Settings, 'maxStreams' | 'maxViewers' | 'maxListeners'>;

/** @param limit of this process (Node raises it to the hard limit at start); undefined if unknown */
export function checkFileLimit({ maxStreams, maxViewers, maxListeners }: Limits, limit: number | undefined = openFileLimit()): Finding {
  const needed = OWN_FILES + maxStreams + maxViewers + maxListeners;
  const facts = { limit: limit === undefined || !Number.isFinite(limit) ? null : limit, needed };
  const wanted = `up to ${needed} are needed (${maxStreams} streams, ${maxViewers} viewers, ${maxListeners} listeners)`;
  if (limit === undefined) return note(`The limit is not known here; ${wanted}`, 'Check it with the tools of your system.', facts);
  if (limit < needed) return problem(`${limit} open files are allowed; ${wanted}`, 'Raise the hard limit (ulimit -Hn, LimitNOFILE= of systemd, --ulimit nofile of Docker), or lower --max-streams, --max-viewers and --max-listeners.', facts);
  return ok(`${Number.isFinite(limit) ? limit : 'unlimited'}; ${wanted}`, facts);
}

/** The limit of this process; Infinity if there is none. */
export function openFileLimit(): number | undefined {
  try {
    const soft = /^Max open files +(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === 'unlimited' ? Infinity : Number(soft);
  } catch {
    // Not Linux.
  }
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft: number | string } } };
  const soft = userLimits?.open_files?.soft;
  return soft === undefined ? undefined : soft === 'unlimited' ? Infinity : Number(soft);
}
