/** Viewers of streams, all in one process. */
import { WebSocket } from 'ws';
import { serveCalls } from './remote-process.js';

let watchers: WebSocket[] = [];
let watched = 0;

const calls = {
  /** Opens as many viewers of each stream at a server on this machine. */
  async watch(port: number, ids: readonly string[], each: number): Promise<void> {
    const opened = ids.flatMap((id) => Array.from({ length: each }, () => new WebSocket(`ws://127.0.0.1:${port}/v1/streams/${id}/watch`, { perMessageDeflate: false }).on('message', () => watched++)));
    watchers = [...watchers, ...opened];
    await Promise.all(opened.map((ws) => new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject))));
  },

  async leave(): Promise<void> {
    const closed = watchers.map((ws) => new Promise((resolve) => ws.once('close', resolve)));
    for (const ws of watchers) ws.close();
    watchers = [];
    await Promise.all(closed);
  },

  /** Messages that they have got so far. */
  watched: (): number => watched,
};

export type ViewersCalls = typeof calls;
serveCalls(calls);
