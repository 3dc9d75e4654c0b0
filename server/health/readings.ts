/** Figures of the last minutes, read at equal intervals and kept in memory. */
import { performance } from 'node:perf_hooks';
import { asyncScheduler, interval, type SchedulerLike, type Subscription } from 'rxjs';
import type { HealthReading } from '../protocol/health.js';
import { lagQuantile, type ShardMetrics } from '../shards/shard-metrics.js';
import { residentBytes } from '../process-memory.js';

export const READ_EVERY_MS = 5000;
/** Ten minutes. */
const MAX_READINGS = 120;

/** What is read. */
export interface Gauges {
  readonly streams: number;
  readonly viewers: number;
  /** The newest of each shard that has some, by what the shard is known by. */
  readonly shards: ReadonlyMap<object, ShardMetrics>;
  /** Totals since the start that only grow. */
  readonly shardDeaths: number;
  readonly ffmpegsStarted: number;
  readonly ffmpegsFailed: number;
}

/** How much the totals grew over the last minutes. */
export type Growth = Pick<Gauges, 'shardDeaths' | 'ffmpegsStarted' | 'ffmpegsFailed'>;

export class Readings {
  readonly #read: () => Gauges;
  readonly #scheduler: SchedulerLike;
  readonly #timer: Subscription;
  #before: Gauges;
  #loop = performance.eventLoopUtilization();
  #droppedMs = 0;
  #kept: { readonly reading: HealthReading; readonly totals: Growth }[] = [];
  readonly #atStart: Growth;

  constructor(read: () => Gauges, scheduler: SchedulerLike = asyncScheduler) {
    this.#read = read;
    this.#scheduler = scheduler;
    this.#before = this.#atStart = read();
    this.#timer = interval(READ_EVERY_MS, scheduler).subscribe(() => this.#take());
  }

  /** Oldest first. */
  get list(): readonly HealthReading[] {
    return this.#kept.map(({ reading }) => reading);
  }

  /** Sound left unscored since the start. */
  get droppedMs(): number {
    return this.#droppedMs;
  }

  /** Since the oldest reading. */
  get growth(): Growth {
    const now = this.#read();
    const then = this.#kept.length < MAX_READINGS ? this.#atStart : this.#kept[0]!.totals;
    // The shards of a model that is gone take their deaths along.
    return { shardDeaths: Math.max(0, now.shardDeaths - then.shardDeaths), ffmpegsStarted: now.ffmpegsStarted - then.ffmpegsStarted, ffmpegsFailed: now.ffmpegsFailed - then.ffmpegsFailed };
  }

  close(): void {
    this.#timer.unsubscribe();
  }

  #take(): void {
    const [now, before] = [this.#read(), this.#before];
    const since = [...now.shards].map(([key, shard]) => ofInterval(shard, before.shards.get(key)));
    const counts = sumOfColumns(since.map(({ lagCounts }) => lagCounts));
    const predictions = counts.reduce((sum, count) => sum + count, 0);
    const droppedMs = sum(since.map((each) => each.droppedMs));
    const loop = performance.eventLoopUtilization();
    this.#droppedMs += droppedMs;
    const reading: HealthReading = {
      at: new Date(this.#scheduler.now()).toISOString(),
      lagMs: predictions === 0 ? null : rounded(sum(since.map(({ lagSumMs }) => lagSumMs)) / predictions, 1),
      lagP95Ms: rounded(lagQuantile(counts, 0.95), 1),
      mainLoad: rounded(performance.eventLoopUtilization(loop, this.#loop).utilization, 0.001),
      shardLoad: rounded(Math.max(0, ...[...now.shards.values()].map(({ load }) => load)), 0.001),
      droppedMs: rounded(droppedMs, 1),
      streams: now.streams,
      viewers: now.viewers,
      memoryBytes: residentBytes(),
    };
    this.#kept = [...this.#kept.slice(1 - MAX_READINGS), { reading, totals: now }];
    this.#loop = loop;
    this.#before = now;
  }
}

/** What a shard did since the reading before; one that was started again has counted from 0. */
function ofInterval(now: ShardMetrics, before: ShardMetrics | undefined): Pick<ShardMetrics, 'lagCounts' | 'lagSumMs' | 'droppedMs'> {
  if (!before || before.predictions > now.predictions) return now;
  return {
    lagCounts: now.lagCounts.map((count, index) => count - before.lagCounts[index]!),
    lagSumMs: now.lagSumMs - before.lagSumMs,
    droppedMs: now.droppedMs - before.droppedMs,
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function sumOfColumns(rows: readonly (readonly number[])[]): number[] {
  const width = Math.max(0, ...rows.map(({ length }) => length));
  return Array.from({ length: width }, (_, column) => sum(rows.map((row) => row[column] ?? 0)));
}

function rounded(value: number, step: number): number;
function rounded(value: number | null, step: number): number | null;
function rounded(value: number | null, step: number): number | null {
  // By division, so that 0.123 has no further digits.
  return value === null ? null : Math.round(value / step) / (1 / step);
}
