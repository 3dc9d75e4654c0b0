/** The server and its clients, each in its own process, and snapshots of both. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RemoteProcess } from './remote-process.js';
import type { ClientsCalls } from './clients-process.js';
import type { GroupStats } from './client-group.js';
import type { ServerCalls, ServerInfo, ServerUsage } from './server-process.js';
import type { SoundOptions } from './sound.js';

/** Of node, as `npm start` gives them. */
const START_FLAGS = ['--max-semi-space-size=4', '--single-threaded-gc'];

export interface BenchOptions {
  /** Default: as `serve`. */
  readonly shards?: number | undefined;
  readonly encoding?: SoundOptions['encoding'] | undefined;
  readonly sampleRate?: number | undefined;
  /** Sound in each PCM message, ms. */
  readonly messageMs?: number | undefined;
  /** Length of the generated audio, which is repeated. */
  readonly soundS?: number;
  /** Other flags of `serve`, by setting name. */
  readonly flags?: Readonly<Record<string, string>>;
  /** Folder for the CPU profiles of the server's threads. */
  readonly cpuProf?: string | undefined;
}

/** Server and clients at one moment. */
export interface Moment {
  readonly used: ServerUsage;
  readonly seen: GroupStats;
  /** p99 since the last moment; far above 0 the clients themselves are late. */
  readonly clientDelayMs: number;
}

/** Enough to compile all code and give every shard a stream. */
const WARM_STREAMS = 16;

export class Bench {
  readonly server: RemoteProcess<ServerCalls>;
  readonly clients: RemoteProcess<ClientsCalls>;
  readonly started: ServerInfo;

  private constructor(server: RemoteProcess<ServerCalls>, clients: RemoteProcess<ClientsCalls>, started: ServerInfo) {
    this.server = server;
    this.clients = clients;
    this.started = started;
  }

  static async start({ shards, encoding = 's16le', sampleRate = 22050, messageMs, soundS = 60, flags, cpuProf }: BenchOptions): Promise<Bench> {
    const server = new RemoteProcess<ServerCalls>('./server-process.js', [...START_FLAGS, ...(cpuProf === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${cpuProf}`])]);
    const clients = new RemoteProcess<ClientsCalls>('./clients-process.js');
    try {
      const started = await server.call('start', { ...flags, ...(shards !== undefined && { shards: String(shards) }) });
      await clients.call('prepare', started, { encoding, sampleRate, messageMs, seconds: soundS });
      return new Bench(server, clients, started);
    } catch (error) {
      await Promise.all([server.end(), clients.end()]);
      throw error;
    }
  }

  /** Warm-up: opens and stops some streams. */
  async warm(seconds: number): Promise<void> {
    await this.clients.call('open', 'warm', WARM_STREAMS);
    await sleep(1000 * seconds);
    await this.clients.call('stop', 'warm');
  }

  async look(group: string): Promise<Moment> {
    const [used, seen, clientDelayMs] = await Promise.all([this.server.call('use'), this.clients.call('look', group), this.clients.call('delayP99Ms')]);
    return { used, seen, clientDelayMs };
  }

  async close(): Promise<void> {
    await this.clients.end();
    // A failure to close was already reported to the callers waiting for figures.
    await this.server.call('close').catch(() => {});
    await this.server.end();
  }
}
