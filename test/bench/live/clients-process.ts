/** All clients of a load, in one process and on one timer. */
import { WebSocket } from 'ws';
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
let watchers: WebSocket[] = [];
let watched = 0;
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

  /** Viewers of one stream of a crowd. */
  async watch(name: string, count: number): Promise<void> {
    const url = `ws://127.0.0.1:${started!.port}/v1/streams/${groups.get(name)!.streamId}/watch`;
    watchers = Array.from({ length: count }, () => new WebSocket(url, { perMessageDeflate: false }).on('message', () => watched++));
    await Promise.all(watchers.map((ws) => new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject))));
  },

  /** Messages that viewers have got so far. */
  watched: (): number => watched,

  /** Since the last reading. */
  delayP99Ms: (): number => delay.p99Ms(),
};

export type ClientsCalls = typeof calls;
serveCalls(calls);
