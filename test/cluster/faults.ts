/** What is done to the cluster; each ends with all nodes running again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LEASE_TIMES } from '../../server/cluster/lease.js';
import type { LinkName, RunningCluster } from './running-cluster.js';
import type { TcpProxy } from './tcp-proxy.js';

/** @returns for how long, ms, the engine of the leases was away, if it was */
export type Fault = (cluster: RunningCluster) => Promise<number | void>;

export const FAULTS: Readonly<Record<string, Fault>> = {
  'nothing': () => sleep(10_000),
  'a node is killed (SIGKILL)': async (cluster) => {
    await cluster.kill('c');
    await cluster.settled();
  },
  'it starts again': async (cluster) => {
    await cluster.join('c');
    await cluster.settled();
  },
  'a node is stopped for two times to live (SIGSTOP), and continued': async (cluster) => {
    cluster.signal('b', 'SIGSTOP');
    await sleep(2 * LEASE_TIMES.ttlMs);
    cluster.signal('b', 'SIGCONT');
    await cluster.settled();
  },
  'a node leaves (SIGTERM)': async (cluster) => {
    await cluster.drain('a');
    await cluster.settled();
  },
  'a node joins': async (cluster) => {
    await cluster.join('d');
    await cluster.settled();
  },
};

/** What is done to NATS, where there is one. */
export const NATS_FAULTS: Readonly<Record<string, Fault>> = {
  'nats-server is killed and started again': async (cluster) => {
    const fromMs = performance.now();
    await cluster.nats!.stop();
    await cluster.nats!.start();
    const awayMs = performance.now() - fromMs;
    await cluster.settled();
    return awayMs;
  },
  'nats-server is killed, loses its data and is started again': async (cluster) => {
    const fromMs = performance.now();
    await cluster.nats!.stop();
    cluster.nats!.empty();
    await cluster.nats!.start();
    const awayMs = performance.now() - fromMs;
    await cluster.settled();
    return awayMs;
  },
};

/** What is done to PostgreSQL, where there is one. */
export const POSTGRES_FAULTS: Readonly<Record<string, Fault>> = {
  'PostgreSQL ends all connections (pg_terminate_backend)': async (cluster) => {
    await cluster.postgres!.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
    await sleep(5000);
    await cluster.settled();
  },
  'a node is killed while all sources are away': async (cluster) => {
    cluster.areSourcesAway = true;
    await sleep(4000);
    await cluster.kill('b');
    await sleep(10_000);
    cluster.areSourcesAway = false;
    await cluster.join('b');
    await cluster.settled();
    await sleep(12_000);
  },
};

/** Longer than a lease, so that others must take over. */
const CUT_MS = 2 * LEASE_TIMES.ttlMs;
/** Shorter than a lease, longer than its holder may go on. */
const LATE_MS = 5000;
const SLOW_MS = 100;

interface LinkFault {
  begin(link: TcpProxy): void | Promise<void>;
  end(link: TcpProxy): void | Promise<void>;
}

const held = (...directions: readonly ('requests' | 'answers')[]): LinkFault => ({ begin: (link) => link.hold(...directions), end: (link) => link.hold() });

/** What can be wrong between a node and the server that it is connected to. */
export const LINK_FAULTS: Readonly<Record<'requests' | 'answers' | 'nothing passes' | 'refused' | 'slow', LinkFault>> = {
  'requests': held('requests'),
  'answers': held('answers'),
  'nothing passes': held('requests', 'answers'),
  'refused': { begin: (link) => link.refuse(), end: (link) => link.accept() },
  'slow': { begin: (link) => void (link.delayMs = SLOW_MS), end: (link) => void (link.delayMs = 0) },
};

/** The network between one node and NATS or PostgreSQL. */
export function linkFaults(to: LinkName): Readonly<Record<string, Fault>> {
  const of = (what: keyof typeof LINK_FAULTS, ms: number): Fault => async (cluster) => {
    const link = cluster.link('b', to);
    await LINK_FAULTS[what].begin(link);
    await sleep(ms);
    await LINK_FAULTS[what].end(link);
    await cluster.settled();
  };
  return {
    [`what a node sends does not reach ${to} for 12 s`]: of('requests', CUT_MS),
    [`what a node sends reaches ${to} up to 5 s late`]: of('requests', LATE_MS),
    [`what ${to} sends does not reach a node for 12 s`]: of('answers', CUT_MS),
    [`nothing passes between a node and ${to} for 12 s`]: of('nothing passes', CUT_MS),
    [`connections of a node to ${to} are reset and refused for 12 s`]: of('refused', CUT_MS),
    [`${to} is 100 ms away from a node, each way, for 12 s`]: of('slow', CUT_MS),
  };
}
