import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { test } from 'uvu';
import { readHours, waitMs } from '../../../server/library/hours.js';

const at = (time: string): Date => new Date(`2026-03-10T${time}:00`);

test('within the hours there is no wait, before and after them it lasts until they begin', () => {
  const night = readHours('01:00-06:00');
  assert.is(waitMs(night, at('03:00')), 0);
  assert.is(waitMs(night, at('01:00')), 0);
  assert.is(waitMs(night, at('06:00')), 19 * 3_600_000);
  assert.is(waitMs(night, at('00:59')), 60_000);
});

test('hours may cross midnight', () => {
  const night = readHours('22:30-6:00');
  assert.is(waitMs(night, at('23:00')), 0);
  assert.is(waitMs(night, at('05:59')), 0);
  assert.is(waitMs(night, at('12:00')), 10.5 * 3_600_000);
});

test('after the wait the hours have begun, whatever they are', () => {
  const minute = fc.integer({ min: 0, max: 1439 });
  fc.assert(fc.property(minute, minute, minute, (from, to, now) => {
    fc.pre(from !== to);
    const start = new Date(2026, 5, 10, 0, now);
    const ms = waitMs({ from, to }, start);
    assert.ok(ms >= 0 && ms < 86_400_000);
    assert.is(waitMs({ from, to }, new Date(start.getTime() + ms)), 0);
  }));
});

test('other texts are refused', () => {
  for (const text of ['', '1-6', '01:00', '25:00-06:00', '01:60-06:00', '01:00-01:00', '01:00 - 06:00']) assert.throws(() => readHours(text), /two times such as/, text);
});

test.run();
