/** All clients of a load, in one process and on one timer. */
import { serveCalls } from './remote-process.js';
import type { Client } from './client.js';
import { ClientGroup, type GroupStats } from './client-group.js';
import { LoopDelay } from './loop-delay.js';
import { SendSchedule } from './send-schedule.js';
import type { ServerInfo } from './server-process.js';
import { makeSound, type Sound, type SoundOptions } from './sound.js';

/** Short, so that clients don't send in bursts. */
const TICK_MS = 5;

const delay = new LoopDelay();
const groups = new Map<string, ClientGroup>();
let [started, sound, schedule]: [ServerInfo?, Sound?, SendSchedule<Client>?] = [];

const calls = {
  prepare(server: ServerInfo, options: SoundOptions): void {
    started = server;
    sound = makeSound(options);
    schedule = new SendSchedule(sound.messageMs, performance.now());
    delay.start();
    setInterval(() => schedule!.tick(performance.now(), (client) => client.send()), TICK_MS);
  },

  /** @param retries whether refused clients retry after Retry-After */
  async open(name: string, count: number, retries = false): Promise<void> {
    const { port, frontEnd, blockColumns } = started!;
    const group = new ClientGroup({ url: `ws://127.0.0.1:${port}/v1/stream`, sound: sound!, frontEnd, blockColumns }, schedule!, retries);
    groups.set(name, group);
    await group.open(count);
  },

  look(name: string): GroupStats {
    return groups.get(name)!.look();
  },

  async stop(name: string): Promise<void> {
    await groups.get(name)!.stop();
  },

  /** Ids of the streams of a crowd. */
  ids(name: string): string[] {
    return groups.get(name)!.streamIds;
  },

  /** Since the last reading. */
  delayP99Ms: (): number => delay.p99Ms(),
};

export type ClientsCalls = typeof calls;
serveCalls(calls);
