/** Leases on a real PostgreSQL. */
import pg from 'pg';
import * as assert from 'uvu/assert';
import type { Lease } from '../../server/cluster/lease.js';
import { PostgresLeases } from '../../server/cluster/postgres-leases.js';
import { eventually } from '../support/until.js';
import { leaseContract, TIMES, type LeaseEngine } from './lease-contract.js';
import { POSTGRES_PROGRAMS, PostgresServer } from './postgres.js';
import { Bench, interop } from './programs.js';

const test = interop('leases in PostgreSQL', POSTGRES_PROGRAMS);
const bench = new Bench();
const pools: pg.Pool[] = [];
let server: PostgresServer;
test.before(async () => void (server = await PostgresServer.start(bench)));
test.after(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await bench.close();
});
const engine: LeaseEngine = {
  async node(now) {
    const pool = new pg.Pool({ connectionString: server.url, max: 4, query_timeout: TIMES.answerMs });
    pool.on('error', () => {}); // Terminated while idle; the next query gets another.
    pools.push(pool);
    return new PostgresLeases({ pool, times: TIMES, ...(now && { now }) });
  },
  async pause() {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query('BEGIN; LOCK TABLE leases');
    return () => client.end();
  },
};
leaseContract(test, () => engine);

test('a terminated connection costs one answer, not the lease', async () => {
  const node = await engine.node();
  const lease = await eventually('it is acquired', () => node.acquire('station.z')) as Lease;
  await server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
  const isHeld = await eventually('it answers', () => lease.renew().then((renewed) => ({ renewed }), () => undefined));
  assert.is(lease.isHeld, isHeld!.renewed);
  await lease.release();
  await node.close();
});

test('numbers grow though the server’s clock was set back', async () => {
  const node = await engine.node();
  const lease = await node.acquire('station.ahead') as Lease;
  await lease.release();
  const ahead = 2 * lease.number;
  await server.query("UPDATE leases SET number = $1 WHERE name = 'station.ahead'", [ahead]);
  assert.is((await node.acquire('station.ahead'))?.number, ahead + 1);
  await node.close();
});

test.run();
