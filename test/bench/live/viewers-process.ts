/** Viewers of streams, all in one process. */
import { WebSocket } from 'ws';
import { serveCalls } from './remote-process.js';

let watchers: WebSocket[] = [];
let watched = 0;

/** On a busy machine the node of the stream may answer too late. */
const ATTEMPTS = 10;

async function open(url: string, attempts = ATTEMPTS): Promise<WebSocket> {
  const ws = new WebSocket(url, { perMessageDeflate: false }).on('message', () => watched++);
  try {
    await new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject));
    return ws;
  } catch (error) {
    if (attempts === 1) throw error;
    return open(url, attempts - 1);
  }
}

const calls = {
  /** Opens as many viewers of each stream at a server on this machine. */
  async watch(port: number, ids: readonly string[], each: number): Promise<void> {
    const opened = await Promise.all(ids.flatMap((id) => Array.from({ length: each }, () => open(`ws://127.0.0.1:${port}/v1/streams/${id}/watch`))));
    watchers = [...watchers, ...opened];
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
