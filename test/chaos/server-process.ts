/** The server under chaos and soak, in a process of its own: with what only the process itself can break or see. Its classifier costs little unless the real one is wanted. */
import { writeHeapSnapshot } from 'node:v8';
import { BroadcastChannel } from 'node:worker_threads';
import type { RunningServer } from '../../server/assemble.js';
import { Log } from '../../server/log.js';
import { startServer } from '../../server/server.js';
import { withDefaults, type Settings } from '../../server/settings.js';
import { newStationSchema } from '../../server/stations/config.js';
import { LoopDelay } from '../bench/live/loop-delay.js';
import { serveCalls } from '../bench/live/remote-process.js';
import { FAKE_BUNDLE } from '../server/fake-classifier.js';
import { KILL_ONE_CHANNEL, MEMORY_CHANNEL, type MemoryAnswer, type MemoryQuestion } from './classifier.js';
import { threadMemory, type ThreadMemory } from './thread-memory.js';

/** Shards are the first threads of the process. */
const FIRST_SHARD = 1;
/** Whether to print the server's log. */
const SHOWS_LOG = process.env.LIVEGENRE_CHAOS_LOG !== undefined;

/** Shards that do not answer within this time are left out. */
const MEMORY_WITHIN_MS = 3000;

/** What the process itself says of its state, after garbage collection. */
export interface InsideView {
  readonly main: ThreadMemory;
  /** Of the shards together. */
  readonly shards: ThreadMemory;
  /** Of the main thread since the last look. */
  readonly delayP99Ms: number;
  readonly streams: number;
}

let server: RunningServer | undefined;
const delay = new LoopDelay();

const calls = {
  async start(settings: Partial<Settings>, model: 'fake' | 'real' = 'fake'): Promise<{ readonly port: number; readonly pid: number }> {
    server = await startServer(withDefaults({ port: 0, demo: false, ...settings }), {
      ...(model === 'fake' && { bundle: FAKE_BUNDLE }),
      classifier: new URL('./classifier.js', import.meta.url).href,
      log: new Log('warn', SHOWS_LOG ? (line) => process.stderr.write(`${line}\n`) : () => {}),
    });
    delay.start();
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

  /**
   * @param threads shards that answer, those for files included
   * @param snapshot begin of the names of heap snapshots, if they are wanted
   */
  async look(threads: number, snapshot?: string): Promise<InsideView> {
    // Before the collection, whose time is no fault of the server's.
    const delayP99Ms = delay.p99Ms();
    const shards = await shardMemory(threads, snapshot);
    if (snapshot !== undefined) writeHeapSnapshot(`${snapshot}-main.heapsnapshot`);
    const view = { main: threadMemory(), shards, delayP99Ms, streams: server!.streams.list().length };
    delay.p99Ms();
    return view;
  },
};

const REAL_NOW = Date.now;
let questions = 0;

function shardMemory(threads: number, snapshot: string | undefined): Promise<ThreadMemory> {
  const question = ++questions;
  const channel = new BroadcastChannel(MEMORY_CHANNEL);
  return new Promise((resolve) => {
    const got: ThreadMemory[] = [];
    const finish = (): void => {
      clearTimeout(patience);
      channel.close();
      resolve({ heapBytes: sum(got, 'heapBytes'), externalBytes: sum(got, 'externalBytes') });
    };
    const patience = setTimeout(finish, MEMORY_WITHIN_MS);
    channel.onmessage = ({ data }: { data: unknown }) => {
      const { answer, memory } = data as Partial<MemoryAnswer>;
      if (answer !== question) return;
      got.push(memory!);
      if (got.length === threads) finish();
    };
    channel.postMessage({ question, snapshot } satisfies MemoryQuestion);
  });
}

function sum(all: readonly ThreadMemory[], name: keyof ThreadMemory): number {
  return all.reduce((total, each) => total + each[name], 0);
}

export type ChaosCalls = typeof calls;
serveCalls(calls);
