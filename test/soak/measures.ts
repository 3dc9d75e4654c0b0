/** What is measured during a run, and how much of it may grow over the last two thirds. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { Database } from '../../server/store/sqlite/database.js';
import { childUsage } from '../bench/live/children.js';
import { processStat } from '../bench/live/process-stat.js';
import type { InsideView } from '../chaos/server-process.js';
import type { GrowthLimit } from './flatness.js';

export interface Sample {
  /** Since the start. */
  readonly seconds: number;
  readonly rssMb: number;
  readonly heapMb: number;
  readonly externalMb: number;
  readonly shardHeapMb: number;
  readonly shardExternalMb: number;
  readonly descriptors: number;
  readonly threads: number;
  readonly children: number;
  readonly streams: number;
  readonly databaseMb: number;
  readonly logMb: number;
  readonly rows: number;
  readonly delayP99Ms: number;
}

export interface Measure {
  readonly name: Exclude<keyof Sample, 'seconds'>;
  readonly label: string;
  readonly limit: GrowthLimit;
}

export const MEASURES: readonly Measure[] = [
  { name: 'rssMb', label: 'resident memory, MB', limit: { least: 10, share: 0.06 } },
  { name: 'heapMb', label: 'heap of the main thread, MB', limit: { least: 1, share: 0.03 } },
  { name: 'externalMb', label: 'its buffers, MB', limit: { least: 1, share: 0.1 } },
  { name: 'shardHeapMb', label: 'heaps of the shards, MB', limit: { least: 1, share: 0.03 } },
  { name: 'shardExternalMb', label: 'their buffers, MB', limit: { least: 1, share: 0.1 } },
  { name: 'descriptors', label: 'descriptors', limit: { least: 4, share: 0.05 } },
  { name: 'threads', label: 'threads', limit: { least: 0.5, share: 0 } },
  { name: 'children', label: 'child processes', limit: { least: 2, share: 0.1 } },
  { name: 'streams', label: 'open streams', limit: { least: 4, share: 0.1 } },
  { name: 'databaseMb', label: 'SQLite, MB', limit: { least: 0.3, share: 0.05 } },
  // SQLite begins it anew at 1,000 pages.
  { name: 'logMb', label: 'its write-ahead log, MB', limit: { least: 5, share: 0.05 } },
  { name: 'rows', label: 'rows in SQLite', limit: { least: 200, share: 0.1 } },
  // Only shown: other work of the machine delays it as much.
  { name: 'delayP99Ms', label: 'event loop lag, p99, ms', limit: { least: Infinity, share: 0 } },
];

const MB = 2 ** 20;

/** The server as the system sees it, and its database. Linux. */
export class OutsideView {
  readonly #pid: number;
  readonly #path: string;
  readonly #database: Database;
  readonly #tables: readonly string[];

  constructor(pid: number, path: string, database: Database) {
    this.#pid = pid;
    this.#path = path;
    this.#database = database;
    this.#tables = (database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").all() as { name: string }[]).map(({ name }) => name);
  }

  sample(seconds: number, { main, shards, delayP99Ms, streams }: InsideView): Sample {
    const proc = `/proc/${this.#pid}`;
    return rounded({
      seconds,
      rssMb: processStat(readFileSync(`${proc}/stat`, 'utf8')).rssMb,
      heapMb: main.heapBytes / MB,
      externalMb: main.externalBytes / MB,
      shardHeapMb: shards.heapBytes / MB,
      shardExternalMb: shards.externalBytes / MB,
      descriptors: readdirSync(`${proc}/fd`).length,
      threads: readdirSync(`${proc}/task`).length,
      children: childUsage(this.#pid).count,
      streams,
      databaseMb: statSync(this.#path).size / MB,
      logMb: (statSync(`${this.#path}-wal`, { throwIfNoEntry: false })?.size ?? 0) / MB,
      rows: this.#tables.reduce((sum, table) => sum + (this.#database.prepare(`SELECT count(*) AS rows FROM ${table}`).get() as { rows: number }).rows, 0),
      delayP99Ms,
    });
  }

  /** CPU time of the server with its children since its start. */
  cpuMs(): number {
    const { cpuMs, childrenCpuMs } = processStat(readFileSync(`/proc/${this.#pid}/stat`, 'utf8'));
    return cpuMs + childrenCpuMs + childUsage(this.#pid).cpuMs;
  }
}

function rounded(sample: Sample): Sample {
  return Object.fromEntries(Object.entries(sample).map(([name, value]) => [name, Math.round(1000 * value) / 1000])) as unknown as Sample;
}
