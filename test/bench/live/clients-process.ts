/** All clients of a load, in one process and on one timer. */
import { WebSocket } from 'ws';
import { answer } from './remote-process.js';
import type { Client } from './client.js';
import { Crowd, type Seen } from './client-group.js';
import { LoopDelay } from './loop-delay.js';
import { Rota } from './send-schedule.js';
import type { Started } from './server-process.js';
import { makeSound, type Sound, type SoundOptions } from './sound.js';

/** Short, so that what clients send does not come in neat bursts. */
const TICK_MS = 5;

const delay = new LoopDelay();
const crowds = new Map<string, Crowd>();
let watchers: WebSocket[] = [];
let watched = 0;
let [started, sound, rota]: [Started?, Sound?, Rota<Client>?] = [];

const calls = {
  prepare(server: Started, options: SoundOptions): void {
    started = server;
    sound = makeSound(options);
    rota = new Rota(sound.messageMs, performance.now());
    delay.start();
    setInterval(() => rota!.tick(performance.now(), (client) => client.send()), TICK_MS);
  },

  /** @param comesAgain whether who is refused tries again when the server said */
  async open(name: string, count: number, comesAgain = false): Promise<void> {
    const { port, frontEnd, blockColumns } = started!;
    const crowd = new Crowd({ url: `ws://127.0.0.1:${port}/v1/stream`, sound: sound!, frontEnd, blockColumns }, rota!, comesAgain);
    crowds.set(name, crowd);
    await crowd.open(count);
  },

  look(name: string): Seen {
    return crowds.get(name)!.look();
  },

  async stop(name: string): Promise<void> {
    await crowds.get(name)!.stop();
  },

  /** Viewers of one stream of a crowd. */
  async watch(name: string, count: number): Promise<void> {
    const url = `ws://127.0.0.1:${started!.port}/v1/streams/${crowds.get(name)!.streamId}/watch`;
    watchers = Array.from({ length: count }, () => new WebSocket(url, { perMessageDeflate: false }).on('message', () => watched++));
    await Promise.all(watchers.map((ws) => new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject))));
  },

  /** Messages that viewers have got so far. */
  watched: (): number => watched,

  /** Since the last reading. */
  delayP99Ms: (): number => delay.p99Ms(),
};

export type ClientsCalls = typeof calls;
answer(calls);
