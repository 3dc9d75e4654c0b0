/** Faults drawn at random, one after the other: the next may begin before the cluster has settled after the one before. */
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { LINK_FAULTS } from './faults.js';
import type { Engines, LinkName, RunningCluster } from './running-cluster.js';

type Work = (cluster: RunningCluster, node: string, forMs: number) => Promise<void>;

export interface Drawn {
  readonly name: string;
  readonly node: string;
  readonly forMs: number;
  /** Until the next one. */
  readonly thenMs: number;
}

const PROCESSES: Readonly<Record<string, Work>> = {
  'killed': async (cluster, node, forMs) => {
    await cluster.kill(node);
    await sleep(forMs);
    await cluster.join(node);
  },
  'stopped': async (cluster, node, forMs) => {
    cluster.signal(node, 'SIGSTOP');
    await sleep(forMs);
    cluster.signal(node, 'SIGCONT');
  },
  'leaves': async (cluster, node, forMs) => {
    await cluster.drain(node);
    await sleep(forMs);
    await cluster.join(node);
  },
};

const links = (to: LinkName): Readonly<Record<string, Work>> => Object.fromEntries(Object.entries(LINK_FAULTS).map(([what, { begin, end }]) => [
  `${to}: ${what}`,
  async (cluster: RunningCluster, node: string, forMs: number) => {
    await begin(cluster.link(node, to));
    await sleep(forMs);
    await end(cluster.link(node, to));
  },
]));

const NATS: Readonly<Record<string, Work>> = {
  'NATS starts again': async ({ nats }) => {
    await nats!.stop();
    await nats!.start();
  },
  'NATS starts again without its data': async ({ nats }) => {
    await nats!.stop();
    nats!.empty();
    await nats!.start();
  },
};

/** All that can be drawn with these engines. */
export function worksOf({ nats, postgres }: Engines): Readonly<Record<string, Work>> {
  return { ...PROCESSES, ...(nats && { ...links('NATS'), ...NATS }), ...(postgres && links('PostgreSQL')) };
}

/** The same for the same seed. */
export function draw(engines: Engines, nodes: readonly string[], count: number, seed: number): Drawn[] {
  const step = fc.record({
    name: fc.constantFrom(...Object.keys(worksOf(engines))),
    node: fc.constantFrom(...nodes),
    forMs: fc.integer({ min: 500, max: 12_000 }),
    thenMs: fc.integer({ min: 0, max: 8000 }),
  });
  return fc.sample(step, { numRuns: count, seed });
}

/** @returns when each began and ended, ms since 1970 */
export async function runDrawn(cluster: RunningCluster, engines: Engines, drawn: readonly Drawn[], onStep: (step: Drawn) => void): Promise<number[]> {
  const works = worksOf(engines);
  const happenedMs: number[] = [];
  for (const step of drawn) {
    onStep(step);
    happenedMs.push(Date.now());
    await works[step.name]!(cluster, step.node, step.forMs);
    happenedMs.push(Date.now());
    await sleep(step.thenMs);
  }
  await cluster.settled();
  return happenedMs;
}
