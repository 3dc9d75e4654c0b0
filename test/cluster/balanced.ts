/**
 * Senders through a real nginx with `deploy/nginx-cluster.conf` in front of three nodes, of which one is
 * killed, starts again, and another one leaves.
 *   npm run cluster-test -- --balancer [--senders 30]
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GenreClient } from '../../client/sdk/node.js';
import { table } from '../bench/live/table.js';
import { nginxArgs, nginxConfig } from '../interop/nginx.js';
import { freePort, type Running } from '../interop/programs.js';
import { eventually } from '../support/until.js';
import { RunningCluster, type Engines } from './running-cluster.js';

const NODES = ['a', 'b', 'c'];
const RATE = 22_050;
const EVERY_MS = 100;
const SETTLE_MS = 8000;
/** As pages ask. */
const EVERY_REQUEST_MS = 1000;
const TONE = Int16Array.from({ length: RATE * EVERY_MS / 1000 }, (_, at) => 8000 * Math.sin(at / 40));

/** A microphone, and what it noticed. */
class Sender {
  readonly client: GenreClient;
  #lastMs: number | undefined;
  #lostMs = 0;
  longestGapMs = 0;
  losses = 0;
  newStreams = 0;
  readonly refusals = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  constructor(url: string) {
    this.client = new GenreClient({ url, encoding: 's16le', sampleRate: RATE, channels: 1 });
    this.client.on('prediction', () => {
      this.#note();
      this.#lastMs = performance.now();
    });
    this.client.on('error', ({ code, message }) => {
      this.losses++;
      this.refusals.add(`${code}: ${message}`);
    });
    this.client.on('continued', () => void this.newStreams++);
    this.#timer = setInterval(() => this.client.send(TONE), EVERY_MS);
  }

  #note(): void {
    if (this.#lastMs !== undefined) this.longestGapMs = Math.max(this.longestGapMs, performance.now() - this.#lastMs);
  }

  /** Sound that was lost since `forget`, ms. */
  get lostMs(): number {
    return this.client.droppedMs - this.#lostMs;
  }

  forget(): void {
    [this.longestGapMs, this.losses, this.newStreams, this.#lostMs] = [0, 0, 0, this.client.droppedMs];
  }

  look(): void {
    this.#note();
  }

  close(): void {
    clearInterval(this.#timer);
    this.client.close();
  }
}

/** @returns a table, and what was wrong */
export async function runBalanced({ engines, senders: count, say }: { readonly engines: Engines; readonly senders: number; readonly say: (line: string) => void }): Promise<{ readonly text: string; readonly wrong: readonly string[] }> {
  const cluster = new RunningCluster();
  const senders: Sender[] = [];
  const rows: string[][] = [];
  const wrong: string[] = [];
  let nginx: Running | undefined;
  let requests: NodeJS.Timeout | undefined;
  try {
    await cluster.start(NODES, 3, engines);
    const { folder } = cluster.bench;
    const port = await freePort();
    const replaced = NODES.map((name, index) => [`10.0.0.${index + 1}:8080`, `127.0.0.1:${cluster.nodes.get(name)!.port}`] as const);
    writeFileSync(join(folder, 'config'), nginxConfig('nginx-cluster.conf', { folder, port, replaced }));
    const running = nginx = cluster.bench.start('nginx', nginxArgs(folder));
    const url = `http://127.0.0.1:${port}`;
    requests = setInterval(() => void fetch(`${url}/v1/stations`).then((response) => response.text(), () => {}), EVERY_REQUEST_MS);
    await eventually('nginx answers', () => fetch(`${url}/readyz`).then(({ ok }) => ok, () => false), { log: () => running.log });

    const start = async (more: number): Promise<void> => {
      for (let index = 0; index < more; index++) {
        const sender = new Sender(url);
        senders.push(sender);
        await sender.client.connect();
      }
    };
    const step = async (name: string, work: () => Promise<unknown>): Promise<void> => {
      for (const sender of senders) sender.forget();
      await work();
      const [fromMs, nginxMs] = [performance.now(), running.cpuMs];
      await sleep(SETTLE_MS);
      const perSecond = (running.cpuMs - nginxMs) / ((performance.now() - fromMs) / 1000) / senders.length;
      for (const sender of senders) sender.look();
      const spread = await Promise.all(NODES.map(async (node) => cluster.nodes.has(node) ? String(await cluster.nodes.get(node)!.process.call('senders')) : 'gone'));
      const served = spread.reduce((sum, each) => sum + (each === 'gone' ? 0 : Number(each)), 0);
      if (served !== senders.length) wrong.push(`${name}: ${served} of ${senders.length} senders have a node`);
      const most = (of: (sender: Sender) => number): number => Math.max(...senders.map(of));
      rows.push([name, ...spread, String(senders.filter(({ losses }) => losses > 0).length), String(senders.filter(({ newStreams }) => newStreams > 0).length), (most(({ longestGapMs }) => longestGapMs) / 1000).toFixed(1), (most(({ lostMs }) => lostMs) / 1000).toFixed(1)]);
      say(`  ${rows.at(-1)!.join(' | ')}; nginx ${perSecond.toFixed(2)} ms of CPU a stream-second`);
    };
    await step(`${count} senders connect`, () => start(count));
    await step('b is killed', () => cluster.kill('b'));
    await step('b starts again', () => cluster.join('b'));
    await step(`${count / 3} more connect`, () => start(count / 3));
    await step('c leaves (SIGTERM)', () => cluster.drain('c'));
    say(`  what senders were told: ${[...new Set(senders.flatMap(({ refusals }) => [...refusals]))].join('; ')}`);
  } finally {
    clearInterval(requests);
    for (const sender of senders) sender.close();
    // Its worker would outlive a master that is killed.
    await nginx?.stop('SIGTERM');
    await cluster.close();
  }
  return { text: table(['what happens', ...NODES.map((name) => `senders on ${name}`), 'lost their connection', 'went on as a new stream', 'longest time without a prediction, s', 'most sound lost, s'], rows), wrong };
}
