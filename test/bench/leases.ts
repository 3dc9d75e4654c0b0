/**
 * What leases cost a node and the engine that keeps them, a real nats-server or PostgreSQL: renewals as
 * every node sends them every 2 s, and the listing of all leases as every node asks for it every 3 s.
 *   npm run bench:leases [-- --leases 10000 --rounds 5]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { LEASE_TIMES, type Lease, type Leases } from '../../server/cluster/lease.js';
import { NatsLeases } from '../../server/cluster/nats-leases.js';
import { openPostgresLeases } from '../../server/cluster/postgres-leases.js';
import { round } from '../../server/pipe/segments.js';
import { NatsServer } from '../interop/nats-server.js';
import { POSTGRES_PROGRAMS, PostgresServer } from '../interop/postgres.js';
import { Bench, has } from '../interop/programs.js';
import { describeMachine, thisMachine } from './live/machine.js';
import { command, wholeNumber } from './live/options.js';
import { table } from './live/table.js';

const { values } = parseArgs({ options: { leases: { type: 'string', default: '10000' }, rounds: { type: 'string', default: '5' } } });

/** Leases stay here as long as the bench needs: how long one lives costs nothing. */
const TIMES = { ...LEASE_TIMES, ttlMs: 600_000, holdMs: 500_000, answerMs: 60_000 };
/** Of a station as it is told with a lease in PostgreSQL: about the length of a glance. */
const VALUE = 'x'.repeat(600);
/** Renewals of one node are sent at the same time. */
const NODE_HAS = 500;

interface Cost {
  readonly node: number;
  readonly server: number;
}

await command(async () => {
  const count = wholeNumber('leases', values.leases, 1, 100_000);
  const rounds = wholeNumber('rounds', values.rounds, 1, 100);
  const bench = new Bench();
  const rows: string[][] = [];
  try {
    if (has('nats-server')) {
      const server = await NatsServer.start(bench);
      const connection = await server.connect();
      let nowMs = 0;
      const leases = new NatsLeases({ connection, bucket: 'bench', times: TIMES, now: () => nowMs });
      // A young bucket gives none until the time of its former holders is over.
      await leases.names('station');
      nowMs = TIMES.holdMs;
      await measure('NATS', leases, count, rounds, () => server.cpuMs, () => leases.names('station')).then((measured) => rows.push(...measured)).finally(() => connection.close());
    }
    if (POSTGRES_PROGRAMS.every(has)) {
      const server = await PostgresServer.start(bench);
      const { leases, close } = await openPostgresLeases(server.url, TIMES);
      await measure('PostgreSQL', leases, count, rounds, () => server.cpuMs, () => leases.values('station')).then((measured) => rows.push(...measured)).finally(close);
    }
    console.log(`${describeMachine(thisMachine())}; ${count} leases, ${rounds} rounds\n`);
    console.log(table(['engine', 'what', 'ms of CPU of the node', 'of the engine'], rows));
  } finally {
    await bench.close();
  }
});

async function measure(engine: string, leases: Leases, count: number, rounds: number, serverMs: () => number, list: () => Promise<{ readonly size: number }>): Promise<string[][]> {
  const held: Lease[] = [];
  const acquire = await costOf(1, serverMs, async () => {
    await forEach(Array.from({ length: count }, (_, index) => `station.radio-${index}`), 8, async (name) => void held.push((await leases.acquire(name, VALUE))!));
  });
  const renew = await costOf(rounds, serverMs, () => forEach(held, NODE_HAS, async (lease) => void await lease.renew(VALUE)));
  const listing = await costOf(rounds, serverMs, async () => {
    const { size } = await list();
    if (size !== count) throw new Error(`${engine} lists ${size} of ${count} leases`);
  });
  return [['acquired', acquire] as const, ['renewed', renew] as const, ['listed', listing] as const].map(([what, { node, server }]) => [engine, `${count.toLocaleString('en')} ${what}`, String(round(node, 0)), String(round(server, 0))]);
}

/** Of one round, ms. */
async function costOf(rounds: number, serverMs: () => number, work: () => Promise<void>): Promise<Cost> {
  const [before, serverBefore] = [process.cpuUsage(), serverMs()];
  for (let index = 0; index < rounds; index++) await work();
  const { user, system } = process.cpuUsage(before);
  await sleep(100); // The engine's last ticks.
  return { node: (user + system) / 1000 / rounds, server: (serverMs() - serverBefore) / rounds };
}

async function forEach<Item>(items: readonly Item[], atOnce: number, work: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (const item of left) await work(item);
  }));
}
