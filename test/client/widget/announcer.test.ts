/** When widgets announce to screen readers, with many on one page. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Announcer, type LastAnnouncement } from '../../../client/widget/announcer.js';

const never = (): LastAnnouncement => ({ atMs: -Infinity });

test('a change is announced after it has settled, and once', () => {
  const announcer = new Announcer(never());
  assert.not(announcer.push('Rock', 0));
  assert.not(announcer.push('Rock', 1999));
  assert.ok(announcer.push('Rock', 2000));
  assert.not(announcer.push('Rock', 60_000));
});

test('short states and empty text are never announced', () => {
  const announcer = new Announcer(never());
  for (let nowMs = 0; nowMs < 60_000; nowMs += 1000) assert.not(announcer.push(nowMs % 2000 === 0 ? 'Rock' : 'Jazz', nowMs));
  assert.not(announcer.push('', 70_000));
  assert.not(announcer.push('', 80_000));
});

test('announces at most every ten seconds, then the current state', () => {
  const announcer = new Announcer(never());
  announcer.push('Rock', 0);
  assert.ok(announcer.push('Rock', 2000));
  announcer.push('Jazz', 3000);
  assert.not(announcer.push('Jazz', 11_999));
  assert.ok(announcer.push('Jazz', 12_000));
});

test('widgets of one page share the rate limit', () => {
  const last = never();
  const [one, other] = [new Announcer(last), new Announcer(last)];
  one.push('Rock', 0);
  other.push('Jazz', 0);
  assert.ok(one.push('Rock', 2000));
  assert.not(other.push('Jazz', 2000));
  assert.ok(other.push('Jazz', 12_000));
});

test.run();
