import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { Allowance } from '../../../server/http/allowance.js';

/** One with a clock that the test moves. */
function allowance(perMs: number, burst: number): { readonly take: (amount: number) => number; wait(ms: number): void } {
  let nowMs = 5000;
  const one = new Allowance({ perMs, burst, now: () => nowMs });
  return { take: (amount) => one.take(amount), wait: (ms) => void (nowMs += ms) };
}

test('a burst is free, what comes beyond it waits, and time pays for it', () => {
  const { take, wait } = allowance(2, 100);
  assert.equal([take(60), take(40), take(10), take(0)], [0, 0, 5, 5]);
  wait(3);
  assert.is(take(0), 2);
  wait(2);
  assert.equal([take(0), take(1)], [0, 0.5]);
});

test('what is not used is kept up to the burst, and no more', () => {
  const { take, wait } = allowance(1, 10);
  wait(1e9);
  assert.equal([take(10), take(4)], [0, 4]);
});

test('it is full until something is taken, and again once time has paid for that', () => {
  let nowMs = 0;
  const one = new Allowance({ perMs: 1, burst: 10, now: () => nowMs });
  assert.ok(one.isFull);
  one.take(30);
  nowMs = 29;
  assert.not(one.isFull);
  nowMs = 30;
  assert.ok(one.isFull);
});

test('nobody is told to wait longer than a minute, and what is owed stays owed', () => {
  const { take, wait } = allowance(1, 10);
  assert.is(take(60_010), 60_000);
  assert.is(take(60_000), 60_000);
  wait(60_000);
  assert.is(take(0), 60_000);
  wait(60_000);
  assert.is(take(0), 0);
});

test('who waits as told gets no more than the burst and the rate, whatever the amounts', () => {
  fc.assert(fc.property(fc.double({ min: 0.01, max: 100, noNaN: true }), fc.integer({ min: 0, max: 1000 }), fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 50 }), (perMs, burst, amounts) => {
    const { take, wait } = allowance(perMs, burst);
    let [taken, waitedMs] = [0, 0];
    for (const amount of amounts) {
      const ms = take(amount);
      taken += amount;
      assert.ok(ms >= 0 && ms <= 60_000);
      wait(ms);
      waitedMs += ms;
      if (ms < 60_000) assert.ok(taken <= burst + perMs * waitedMs + 1e-6, `${taken} in ${waitedMs} ms`);
    }
  }), { numRuns: 100 });
});

test.run();
