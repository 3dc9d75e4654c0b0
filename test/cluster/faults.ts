/** What is done to the cluster; each ends with all nodes running again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LEASE_TIMES } from '../../server/cluster/lease.js';
import type { RunningCluster } from './running-cluster.js';

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
