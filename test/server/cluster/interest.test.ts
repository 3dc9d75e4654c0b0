import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Interest, INTEREST_MS, type Wanted } from '../../../server/cluster/interest.js';

function interest(): { readonly of: Interest; readonly changes: [number, Wanted][]; pass(ms: number): void } {
  let nowMs = 0;
  const changes: [number, Wanted][] = [];
  const of = new Interest(() => nowMs, (key, wanted) => changes.push([key, wanted]));
  return { of, changes, pass: (ms) => void (nowMs += ms) };
}

test('viewers of all nodes are added up, and columns are wanted if one of them wants them', () => {
  const { of, changes } = interest();
  of.renew(1, 'a', { viewers: 2, columns: false });
  of.renew(1, 'b', { viewers: 3, columns: true });
  of.renew(1, 'b', { viewers: 3, columns: true });
  of.renew(2, 'b', { viewers: 1, columns: false });
  of.renew(1, 'b', { viewers: 0, columns: true });
  assert.equal(changes, [
    [1, { viewers: 2, columns: false }],
    [1, { viewers: 5, columns: true }],
    [2, { viewers: 1, columns: false }],
    [1, { viewers: 2, columns: false }],
  ]);
});

test('a node that does not renew is forgotten after 6 s, one that does stays', () => {
  const { of, changes, pass } = interest();
  of.renew(1, 'a', { viewers: 1, columns: false });
  of.renew(1, 'b', { viewers: 1, columns: false });
  for (let renewal = 0; renewal < 3; renewal++) {
    pass(INTEREST_MS / 3);
    of.renew(1, 'b', { viewers: 1, columns: false });
    of.expire();
  }
  assert.equal(changes.at(-1), [1, { viewers: 1, columns: false }]);
  pass(INTEREST_MS);
  of.expire();
  assert.equal(changes.at(-1), [1, { viewers: 0, columns: false }]);
  assert.is(of.size, 0);
});

test('a stream that has ended is not told any more', () => {
  const { of, changes } = interest();
  of.renew(1, 'a', { viewers: 1, columns: false });
  of.forget(1);
  of.expire();
  assert.is(changes.length, 1);
});

test.run();
