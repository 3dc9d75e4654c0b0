/** Many stations on three nodes, of which one is killed again and again and started again a little later. */
import { setTimeout as sleep } from 'node:timers/promises';
import { table } from '../bench/live/table.js';
import { heardBy, LONGEST_GAP_MS, raiseAll, recordedBy } from './invariants.js';
import { alertsTwice, longestGap } from './journal.js';
import { RunningCluster, type Engines } from './running-cluster.js';

const NODES = ['a', 'b', 'c'];
/** A service manager would do it sooner. */
const AWAY_MS = 15_000;
const AFTERWARDS_MS = 1500;

export interface KillingOptions {
  readonly engines: Engines;
  readonly stations: number;
  readonly minutes: number;
  /** Above the time that a node is away. */
  readonly everyMs: number;
  readonly say: (line: string) => void;
}

/** @returns the table, and what was wrong */
export async function runKilling({ engines, stations, minutes, everyMs, say }: KillingOptions): Promise<{ readonly text: string; readonly wrong: readonly string[] }> {
  const cluster = new RunningCluster();
  const wrong: string[] = [];
  const rows: string[][] = [];
  try {
    await cluster.start(NODES, stations, engines);
    say(`${stations} stations are live on ${NODES.length} nodes`);
    const startedMs = Date.now();
    let fromMs = startedMs;
    for (let count = 1; count * everyMs <= minutes * 60_000; count++) {
      const name = NODES[count % NODES.length]!;
      const [beforeMs, before] = [Date.now(), await cpuOf(cluster)];
      await sleep(fromMs + everyMs - AWAY_MS - AFTERWARDS_MS - Date.now());
      const own = (await cluster.nodes.get(name)!.process.call('own')).length;
      const cores = (await cpuOf(cluster)).map((ms, index) => ((ms - before[index]!) / (Date.now() - beforeMs)).toFixed(2));
      await cluster.kill(name);
      await sleep(AWAY_MS);
      await cluster.join(name);
      await sleep(Math.max(AFTERWARDS_MS, startedMs + count * everyMs - Date.now()));
      const gapMs = longestGap(heardBy(cluster), cluster.stations, fromMs, Date.now());
      if (gapMs > LONGEST_GAP_MS) wrong.push(`after ${count} times: a station was not heard for ${gapMs} ms`);
      rows.push([String(count), name, String(own), (gapMs / 1000).toFixed(1), ...cores]);
      say(`  ${rows.at(-1)!.join(' ')}`);
      fromMs = Date.now() - AFTERWARDS_MS;
    }
    await cluster.settled();
    wrong.push(...alertsTwice(cluster.sent), ...await raiseAll(cluster));
    const recorded = await recordedBy(cluster);
    wrong.push(...recorded.wrong);
    say(`  ${recorded.rows.length} segments under ${new Set(recorded.rows.map(({ number }) => number)).size} numbers`);
  } finally {
    await cluster.close();
  }
  return { text: table(['kill', 'node', 'its stations', 'longest time that a station was not heard, s', 'CPU of the nodes before, cores', 'of nats-server', 'of PostgreSQL'], rows), wrong };
}

/** CPU time of the nodes, of NATS and of PostgreSQL, ms. */
async function cpuOf(cluster: RunningCluster): Promise<[nodes: number, nats: number, postgres: number]> {
  return [await cluster.cpu(), cluster.nats?.cpuMs ?? 0, cluster.postgres?.cpuMs ?? 0];
}
