/** The server under chaos, in a process of its own: with a classifier that costs little, and with what only the process itself can break. */
import { BroadcastChannel } from 'node:worker_threads';
import type { RunningServer } from '../../server/assemble.js';
import { Log } from '../../server/log.js';
import { startServer } from '../../server/server.js';
import { withDefaults, type Settings } from '../../server/settings.js';
import { newStationSchema } from '../../server/stations/config.js';
import { serveCalls } from '../bench/live/remote-process.js';
import { FAKE_BUNDLE } from '../server/fake-classifier.js';
import { KILL_ONE_CHANNEL } from './classifier.js';

/** Shards are the first threads of the process. */
const FIRST_SHARD = 1;
/** Whether to print the server's log. */
const SHOWS_LOG = process.env.LIVEGENRE_CHAOS_LOG !== undefined;

let server: RunningServer | undefined;

const calls = {
  async start(settings: Partial<Settings>): Promise<{ readonly port: number; readonly pid: number }> {
    server = await startServer(withDefaults({ port: 0, demo: false, ...settings }), {
      bundle: FAKE_BUNDLE,
      classifier: new URL('./classifier.js', import.meta.url).href,
      log: new Log('warn', SHOWS_LOG ? (line) => process.stderr.write(`${line}\n`) : () => {}),
    });
    process.once('SIGTERM', () => void server!.close().then(() => process.exit(0)));
    return { port: server.port, pid: process.pid };
  },

  async listen(url: string, stations: number): Promise<void> {
    for (let number = 1; number <= stations; number++) await server!.stations.add(newStationSchema.parse({ name: `Station ${number}`, url }));
  },

  /** States of the stations. */
  stations(): string[] {
    return server!.stations.list().map((station) => station.glance().state);
  },

  killShard(): void {
    const channel = new BroadcastChannel(KILL_ONE_CHANNEL);
    channel.postMessage(FIRST_SHARD);
    channel.close();
  },

  /** Moves the wall clock; 0 sets it right. */
  setClock(byMs: number): void {
    Date.now = () => REAL_NOW() + byMs;
  },

  openSenders(): number {
    return server!.senders.size;
  },
};

const REAL_NOW = Date.now;

export type ChaosCalls = typeof calls;
serveCalls(calls);
