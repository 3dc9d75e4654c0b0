/** What every implementation of leases does. Real time, as the engines have clocks of their own. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Lease, Leases, LeaseTimes, Monotonic } from '../../server/cluster/lease.js';
import { eventually } from '../support/until.js';

export interface LeaseEngine {
  /** A node of its own, with its own connection. */
  node(now?: Monotonic): Promise<Leases>;
  /** Lets the engine answer nothing until the returned function is called. */
  pause(): Promise<() => Promise<void>>;
}

export const TIMES: LeaseTimes = { ttlMs: 1500, renewMs: 250, holdMs: 1000, answerMs: 1000 };

const acquired = (leases: Leases, name: string, value?: string): Promise<Lease> => eventually(`${name} is acquired`, () => leases.acquire(name, value)) as Promise<Lease>;

let names = 0;
const newName = (): string => `station.${++names}`;

/**
 * Renews until the time is over.
 * @returns false if this process was kept from renewing in time, which proves nothing
 */
async function keepUntil(lease: Lease, untilMs: number): Promise<boolean> {
  for (let lastMs = performance.now(); performance.now() < untilMs; lastMs = performance.now()) {
    await sleep(TIMES.renewMs);
    if (await lease.renew()) continue;
    if (performance.now() - lastMs >= TIMES.holdMs) return false;
    throw new Error('the lease was lost while it was renewed');
  }
  return true;
}

export function leaseContract(test: Test, engine: () => LeaseEngine): void {
  test('a lease has one holder, however many ask at once', async () => {
    const nodes = await Promise.all([engine().node(), engine().node(), engine().node()]);
    const name = newName();
    // A young bucket gives none yet.
    await (await acquired(nodes[0]!, newName())).release();
    const given = (await Promise.all(nodes.flatMap((node) => [1, 2, 3, 4].map(() => node.acquire(name))))).filter((lease) => lease !== undefined);
    const [last, ...before] = given.sort((a, b) => b.number - a.number);
    assert.ok(last);
    // On a slow machine the time of the first may be over before the last asks.
    assert.equal(before.filter(({ isInTime }) => isInTime), []);
    await last.release();
    await Promise.all(nodes.map((node) => node.close()));
  });

  test('what is released is free at once, and each acquisition has a higher number', async () => {
    const [one, other] = [await engine().node(), await engine().node()];
    const name = newName();
    let last = 0;
    for (const node of [one, other, other, one, other]) {
      const lease = await acquired(node, name);
      assert.ok(Number.isSafeInteger(lease.number));
      assert.ok(lease.number > last, `${lease.number} after ${last}`);
      last = lease.number;
      const isThere = (await other.names('station')).has(name);
      assert.ok(isThere || !lease.isHeld);
      await lease.release();
      assert.not(lease.isHeld);
      assert.not(await lease.renew());
      assert.not((await other.names('station')).has(name));
    }
    await Promise.all([one.close(), other.close()]);
  });

  test('renewed for five times to live it stays, and when the renewals stop it goes', async () => {
    const [one, other] = [await engine().node(), await engine().node()];
    const name = newName();
    let lease: Lease;
    do lease = await acquired(one, name);
    while (!await keepUntil(lease, performance.now() + 5 * TIMES.ttlMs));
    assert.is(await other.acquire(name), undefined);
    const next = await acquired(other, name);
    assert.not(lease.isHeld, 'the holder stops before another begins');
    assert.ok(next.number > lease.number);
    assert.not(await lease.renew());
    assert.ok(await next.renew(), 'the former holder changed nothing');
    await lease.release();
    assert.ok(await next.renew(), 'nor by releasing what it had no more');
    await next.release();
    await Promise.all([one.close(), other.close()]);
  });

  test('the holder stops by its own clock, whatever the engine says', async () => {
    let nowMs = 0;
    const node = await engine().node(() => nowMs);
    const name = newName();
    // Grows with each try, since a young bucket gives nothing until the node's clock has moved.
    const lease = await eventually('it is acquired', () => {
      nowMs += 100;
      return node.acquire(name);
    }) as Lease;
    const fromMs = nowMs;
    nowMs = fromMs + TIMES.holdMs - 1;
    assert.ok(lease.isHeld);
    nowMs = fromMs + TIMES.holdMs;
    assert.not(lease.isHeld);
    assert.not(await lease.renew(), 'nothing brings it back');
    await node.close();
  });

  test('without an answer it is held until its time is over, and renewed when the engine is back', async () => {
    let nowMs = 0;
    const node = await engine().node(() => nowMs);
    const name = newName();
    const lease = await eventually('it is acquired', () => {
      nowMs += 100;
      return node.acquire(name);
    }) as Lease;
    const resume = await engine().pause();
    const refused = await lease.renew().then(() => undefined, (error: unknown) => error);
    assert.instance(refused, Error);
    assert.ok(lease.isHeld);
    await resume();
    const renewed = await eventually('it answers', () => lease.renew().then((isHeld) => ({ isHeld }), () => undefined));
    // The engine's own time may be over on a slow machine; then the lease is lost, and not held by mistake.
    assert.is(lease.isHeld, renewed!.isHeld);
    await lease.release();
    await node.close();
  });

  test('values are kept with the leases, and change with renewals', async () => {
    const [one, other] = [await engine().node(), await engine().node()];
    // An id may end in a dot, or have two.
    const ids = ['a', 'b-c_d', 'e..f', 'g.'].map((id) => `node.${++names}.${id}`);
    const leases = await Promise.all(ids.map((name) => acquired(one, name, `{"of":"${name}"}`)));
    const found = await other.values('node');
    for (const { name } of leases.filter(({ isHeld }) => isHeld)) assert.is(found.get(name), `{"of":"${name}"}`);
    assert.not([...found.keys()].some((name) => name.startsWith('station.')));
    if (await leases[0]!.renew('busy')) assert.is((await other.values('node')).get(ids[0]!), 'busy');
    await Promise.all(leases.map((lease) => lease.release()));
    await eventually('they are gone', async () => (await other.values('node')).size === 0);
    await Promise.all([one.close(), other.close()]);
  });
}
