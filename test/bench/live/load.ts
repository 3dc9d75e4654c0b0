/** Runs one load (a number of streams for some time) and measures its cost. */
import { setTimeout as sleep } from 'node:timers/promises';
import { round } from '../../../server/pipe/segments.js';
import { Bench, type BenchOptions, type Moment } from './bench.js';
import { distribution, type Distribution } from './distribution.js';
import type { ServerUsage } from './server-process.js';

export interface LoadOptions extends BenchOptions {
  readonly streams: number;
  /** Measured; what comes before is not counted. */
  readonly seconds: number;
  readonly warmS?: number;
  readonly settleS?: number;
}

export interface LoadFigures {
  readonly streams: number;
  readonly seconds: number;
  readonly shards: number;
  readonly backend: string;
  readonly model: string;
  readonly encoding: string;
  readonly sampleRate: number;
  /** Of all streams, that reached the server. */
  readonly audioSeconds: number;
  /** User and system time of all the server's threads for a second of audio received. */
  readonly cpuMsPerStreamSecond: number;
  /** From the last sample of a block sent to the arrival of its prediction. */
  readonly lagMs: Distribution;
  /** Audio left unscored, ms over all streams. */
  readonly dropped: number;
  readonly predictionsPerSecond: number;
  /** Seconds of CPU for a second of audio. */
  readonly realTimeFactor: number;
  /** Of the server's main thread. */
  readonly eventLoopDelayMs: { readonly p99: number };
  readonly rssMb: number;
  /** More than the warmed server with none, for each stream. */
  readonly rssPerStreamKb: number;
  /** Of the server's CPU time; null where the system doesn't tell. */
  readonly mainThreadShare: number | null;
  /** From a stream's first sound to its first prediction. */
  readonly firstPredictionMs: Distribution;
  /** Largest amount of audio of one stream neither scored nor reported as dropped. */
  readonly uncountedMs: number;
  readonly refusals: Readonly<Record<string, number>>;
  readonly losses: Readonly<Record<string, number>>;
  /** p99 of how late the clients' own event loop was: much more than 0 is lag of their own. */
  readonly clientDelayMs: number;
}

/** Above this the clients, not the server, may be what is late. */
export const CLIENT_DELAY_MS = 50;

const GROUP = 'live';
/** Lift the admission limits: this measures capacity. */
const NO_LIMITS = { maxStreams: '100000', maxLoad: '1000' };

export async function measureLoad(options: LoadOptions): Promise<LoadFigures> {
  const { streams, seconds, warmS = 2, settleS = 3 } = options;
  const bench = await Bench.start({ ...options, flags: { ...NO_LIMITS, ...options.flags } });
  try {
    await bench.warm(warmS);
    const idle = await bench.server.call('use');
    await bench.clients.call('open', GROUP, streams);
    await sleep(1000 * settleS);
    const before = await bench.look(GROUP);
    await sleep(1000 * seconds);
    const after = await bench.look(GROUP);
    await bench.clients.call('stop', GROUP);
    return figures(options, bench, idle, before, after);
  } finally {
    await bench.close();
  }
}

/** Whether the server kept up: nothing dropped, no refusals or losses, p99 lag below the limit. */
export function keepsUp({ lagMs, dropped, refusals, losses }: LoadFigures, p99Ms: number): boolean {
  return lagMs.p99 !== null && lagMs.p99 < p99Ms && dropped === 0 && Object.keys(refusals).length === 0 && Object.keys(losses).length === 0;
}

function figures({ streams, encoding = 's16le', sampleRate = 22050 }: LoadOptions, { started: { shards, backend, model } }: Bench, idle: ServerUsage, before: Moment, after: Moment): LoadFigures {
  const { used, seen } = after;
  const seconds = (used.atMs - before.used.atMs) / 1000;
  const cpuMs = used.cpuMs - before.used.cpuMs;
  const audioS = (seen.leftMs - before.seen.leftMs) / 1000;
  return {
    streams, seconds: round(seconds, 2), shards, backend, model, encoding, sampleRate,
    audioSeconds: round(audioS, 1),
    cpuMsPerStreamSecond: round(cpuMs / audioS, 3),
    lagMs: distribution(seen.lagsMs),
    dropped: round(seen.droppedMs, 0),
    predictionsPerSecond: round(seen.lagsMs.length / seconds, 1),
    realTimeFactor: round(cpuMs / 1000 / audioS, 5),
    eventLoopDelayMs: { p99: round(used.delayP99Ms, 1) },
    rssMb: round(used.rssMb, 1),
    rssPerStreamKb: round((1024 * (used.rssMb - idle.rssMb)) / streams, 1),
    mainThreadShare: used.mainCpuMs === undefined ? null : round((used.mainCpuMs - before.used.mainCpuMs!) / cpuMs, 3),
    firstPredictionMs: distribution(seen.firstsMs),
    uncountedMs: round(seen.uncountedMs, 1),
    refusals: seen.refusals,
    losses: seen.losses,
    clientDelayMs: round(after.clientDelayMs, 1),
  };
}
