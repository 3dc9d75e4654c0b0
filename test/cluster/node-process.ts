/** A node of a cluster in a process of its own, with stations that are simulated. What it hears is noted in a file that outlives it. */
import { appendFileSync, existsSync } from 'node:fs';
import type { RunningServer } from '../../server/assemble.js';
import { Log } from '../../server/log.js';
import { startServer } from '../../server/server.js';
import { withDefaults, type Settings } from '../../server/settings.js';
import { newStationSchema } from '../../server/stations/config.js';
import { serveCalls } from '../bench/live/remote-process.js';
import { FAKE_BUNDLE } from '../server/fake-classifier.js';
import { simulatedListen } from './simulated-listen.js';

let server: RunningServer | undefined;

export interface NodeOptions {
  readonly settings: Partial<Settings>;
  /** Lines of the node: what it hears, and its log. */
  readonly journal: string;
  /** While this file exists all sources are away. */
  readonly awayFile: string;
}

/** How often a station's hearing is noted. */
const NOTE_EVERY_MS = 300;

const calls = {
  async start({ settings, journal, awayFile }: NodeOptions): Promise<{ readonly port: number; readonly pid: number }> {
    const note = (line: object): void => appendFileSync(journal, `${JSON.stringify({ atMs: Date.now(), ...line })}\n`);
    let away = false;
    setInterval(() => (away = existsSync(awayFile)), 200);
    server = await startServer(withDefaults({ demo: false, ...settings }), {
      bundle: FAKE_BUNDLE,
      classifier: new URL('../server/fake-classifier.js', import.meta.url).href,
      log: new Log('info', (line) => note(JSON.parse(line) as object)),
      listen: simulatedListen(() => away),
    });
    const noted = new Map<string, number>();
    server.stations.events$.subscribe(({ station, event }) => {
      if (event.type !== 'prediction' || event.atMs - (noted.get(station.id) ?? 0) < NOTE_EVERY_MS) return;
      noted.set(station.id, event.atMs);
      note({ heard: station.id });
    });
    return { port: server.port, pid: process.pid };
  },

  async add(count: number, webhook: string): Promise<void> {
    for (let number = 1; number <= count; number++) {
      await server!.stations.add(newStationSchema.parse({ name: `Station ${number}`, url: `http://station-${number}.test/`, webhooks: [webhook], rules: [{ type: 'down', forS: 1 }] }));
    }
  },

  /** Ids of all stations. */
  ids(): string[] {
    return server!.stations.list().map(({ config }) => config.id);
  },

  /** Ids of the stations that this node listens to. */
  own(): string[] {
    return server!.stations.list().filter(({ isOurs }) => isOurs).map(({ config }) => config.id);
  },

  /** States of all stations, as this node answers for them. */
  states(): string[] {
    return server!.stations.list().map((station) => station.glance().state);
  },

  /** Senders that are connected. */
  senders(): number {
    return server!.streams.list().filter(({ source, isWaiting }) => source === 'client' && !isWaiting).length;
  },

  /** CPU time of this process, ms. */
  cpu(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },

  close(): Promise<void> {
    return server!.close();
  },
};

export type NodeCalls = typeof calls;
serveCalls(calls);
