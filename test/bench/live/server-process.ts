/** The server as started by `livegenre serve`, in its own process, which reports its resource usage. */
import { readFileSync } from 'node:fs';
import type { FrontEnd } from '../../../dsp/mel/mel-columns.js';
import type { RunningServer } from '../../../server/assemble.js';
import { startServer } from '../../../server/server.js';
import { readSettings } from '../../../server/settings.js';
import { newStationSchema } from '../../../server/stations/config.js';
import { serveCalls } from './remote-process.js';
import { childUsage, type ChildUsage } from './children.js';
import { LoopDelay } from './loop-delay.js';
import { processStat } from './process-stat.js';

/** Block geometry that clients need to know when a block was complete. */
export interface BlockShape {
  readonly frontEnd: FrontEnd;
  readonly blockColumns: number;
}

export interface ServerInfo extends BlockShape {
  readonly port: number;
  readonly shards: number;
  readonly backend: string;
  readonly model: string;
}

/** Resources used since the process started, unless noted otherwise. */
export interface ServerUsage {
  /** When this was read, ms on this process's clock. */
  readonly atMs: number;
  /** User and system time of all threads. */
  readonly cpuMs: number;
  /** The same of the main thread alone; undefined where the system doesn't tell. */
  readonly mainCpuMs: number | undefined;
  /** Of the main thread, since the last reading. */
  readonly delayP99Ms: number;
  readonly rssMb: number;
}

export interface StationsStatus {
  readonly states: Readonly<Record<string, number>>;
  readonly leastHeardMs: number;
  readonly mostHeardMs: number;
  readonly droppedMs: number;
  readonly failures: number;
  readonly decoders: ChildUsage;
}

const delay = new LoopDelay();
let server: RunningServer | undefined;

const calls = {
  /** @param flags of `serve`, by setting name; whatever they leave open the environment may set */
  async start(flags: Readonly<Record<string, string>>): Promise<ServerInfo> {
    const settings = readSettings({ host: '127.0.0.1', port: '0', demo: 'off', ...flags }, process.env);
    server = await startServer(settings);
    delay.start();
    const { port, shards, backend, model: { name, version }, streams: { manifest: { frontEnd, blockColumns } } } = server;
    return { port, shards, backend, model: `${name} ${version}`, frontEnd, blockColumns };
  },

  use(): ServerUsage {
    const { user, system } = process.cpuUsage();
    return { atMs: performance.now(), cpuMs: (user + system) / 1000, mainCpuMs: mainCpuMs(), delayP99Ms: delay.p99Ms(), rssMb: process.memoryUsage.rss() / 2 ** 20 };
  },

  /** Adds this many stations with one URL. */
  async listen(url: string, stations: number): Promise<void> {
    for (let number = 1; number <= stations; number++) await server!.stations.add(newStationSchema.parse({ name: `Station ${number}`, url }));
  },

  /**
   * Status of the stations: number per state, least and most audio received by one, failures so far,
   * and usage of their decoders.
   */
  stations(): StationsStatus {
    const all = server!.stations.list();
    const states: Record<string, number> = {};
    for (const { state } of all) states[state] = (states[state] ?? 0) + 1;
    const heardMs = all.map(({ config: { id } }) => server!.streams.get(id)?.info().durationMs ?? 0);
    return {
      states,
      leastHeardMs: Math.min(...heardMs),
      mostHeardMs: Math.max(...heardMs),
      droppedMs: all.reduce((sum, { config: { id } }) => sum + (server!.streams.get(id)?.info().droppedMs ?? 0), 0),
      failures: all.reduce((sum, station) => sum + station.failures, 0),
      decoders: childUsage(),
    };
  },

  async close(): Promise<void> {
    await server?.close();
  },
};

function mainCpuMs(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  return processStat(readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8')).cpuMs;
}

export type ServerCalls = typeof calls;
serveCalls(calls);
