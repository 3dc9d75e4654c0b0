/** Leases on a real nats-server. */
import type { NatsConnection } from '@nats-io/transport-node';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import type { Lease } from '../../server/cluster/lease.js';
import { NatsLeases } from '../../server/cluster/nats-leases.js';
import { eventually } from '../support/until.js';
import { leaseContract, TIMES, type LeaseEngine } from './lease-contract.js';
import { NatsServer } from './nats-server.js';
import { Bench, interop } from './programs.js';

const test = interop('leases in NATS', ['nats-server']);
const bench = new Bench();
const connections: NatsConnection[] = [];
let server: NatsServer;
test.before(async () => void (server = await NatsServer.start(bench)));
test.after(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await bench.close();
});
const engine: LeaseEngine = {
  async node(now) {
    const connection = await server.connect();
    connections.push(connection);
    return new NatsLeases({ connection, bucket: 'leases', times: TIMES, ...(now && { now }) });
  },
  async pause() {
    await server.pause();
    return async () => server.resume();
  },
};
leaseContract(test, () => engine);

test('after the server lost its data the holder goes on with a higher number, and others wait until it would have stopped', async () => {
  const [one, other] = [await engine.node(), await engine.node()];
  const lease = await eventually('it is acquired', () => one.acquire('station.x')) as Lease;
  await server.stop();
  server.empty();
  await server.start();
  let again: Lease | undefined;
  while (lease.isInTime && !again) {
    await lease.renew().catch(() => {}); // No connection yet.
    // Asked together, the other gets nothing while the holder is in time.
    const [mine, others] = await Promise.all([one.acquire('station.x', '', lease).catch(() => undefined), other.acquire('station.x').catch(() => undefined)]);
    again = mine;
    if (lease.isInTime) assert.is(others, undefined);
    await sleep(10);
  }
  const next = again ?? await eventually('it is free', () => other.acquire('station.x').catch(() => undefined)) as Lease;
  assert.ok(next.number > lease.number, `${next.number} after ${lease.number}`);
  assert.not(await lease.renew());
  await next.release();
  await Promise.all([one.close(), other.close()]);
});

test('listings leave no consumer on the server', async () => {
  const node = await engine.node();
  const lease = await eventually('it is acquired', () => node.acquire('station.listed', 'its value')) as Lease;
  for (let count = 0; count < 5; count++) assert.is((await node.names('station')).has('station.listed'), true);
  assert.is((await node.values('station')).get('station.listed'), 'its value');
  assert.is((await node.names('nothing')).size, 0);
  await lease.release();
  assert.is((await node.names('station')).has('station.listed'), false);
  await eventually('they are deleted', async () => {
    const { state } = (await connections.at(-1)!.request('$JS.API.STREAM.INFO.KV_leases')).json<{ state: { consumer_count: number } }>();
    return state.consumer_count === 0;
  });
  await node.close();
});

test('a release is told to others', async () => {
  const [one, other] = [await engine.node(), await engine.node()];
  const told: string[] = [];
  other.released$.subscribe((name) => told.push(name));
  const lease = await eventually('it is acquired', () => one.acquire('station.y.')) as Lease;
  await lease.release();
  await eventually('the name arrives', () => told.includes('station.y.'));
  await Promise.all([one.close(), other.close()]);
});

test.run();
