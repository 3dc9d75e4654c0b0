/** What a screen reader hears of a page full of widgets. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Announcer, type Turn } from '../../../client/widget/announcer.js';

const fresh = (): Turn => ({ saidAtMs: -Infinity });

test('a change is said once it has settled, and once', () => {
  const announcer = new Announcer(fresh());
  assert.not(announcer.push('Rock', 0));
  assert.not(announcer.push('Rock', 1999));
  assert.ok(announcer.push('Rock', 2000));
  assert.not(announcer.push('Rock', 60_000));
});

test('what passes is never said', () => {
  const announcer = new Announcer(fresh());
  for (let nowMs = 0; nowMs < 60_000; nowMs += 1000) assert.not(announcer.push(nowMs % 2000 === 0 ? 'Rock' : 'Jazz', nowMs));
  assert.not(announcer.push('', 70_000));
  assert.not(announcer.push('', 80_000));
});

test('it speaks every ten seconds at most, then says what is so by then', () => {
  const announcer = new Announcer(fresh());
  announcer.push('Rock', 0);
  assert.ok(announcer.push('Rock', 2000));
  announcer.push('Jazz', 3000);
  assert.not(announcer.push('Jazz', 11_999));
  assert.ok(announcer.push('Jazz', 12_000));
});

test('widgets of one page take turns', () => {
  const turn = fresh();
  const [one, other] = [new Announcer(turn), new Announcer(turn)];
  one.push('Rock', 0);
  other.push('Jazz', 0);
  assert.ok(one.push('Rock', 2000));
  assert.not(other.push('Jazz', 2000));
  assert.ok(other.push('Jazz', 12_000));
});

test.run();
