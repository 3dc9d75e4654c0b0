import * as assert from 'uvu/assert';
import { VirtualTimeScheduler, type SchedulerLike } from 'rxjs';
import { test } from 'uvu';
import { pace } from '../../../server/sources/pace.js';

/** Virtual time whose clock can jump while its timers do not notice, as on a machine that was busy or asleep. */
class JumpingClock implements SchedulerLike {
  readonly virtual: VirtualTimeScheduler;
  jumpMs = 0;
  schedule: SchedulerLike['schedule'];

  constructor(untilMs: number) {
    this.virtual = new VirtualTimeScheduler(undefined, untilMs);
    this.schedule = this.virtual.schedule.bind(this.virtual) as SchedulerLike['schedule'];
  }

  now(): number {
    return this.virtual.now() + this.jumpMs;
  }
}

/** What comes due at each tick, with the clock jumping by `jumpMs` right after tick `jumpAt`. */
function ticks(jumpAt: number, jumpMs: number, untilMs = 3000): number[] {
  const clock = new JumpingClock(untilMs);
  const due: number[] = [];
  let tick = 0;
  const subscription = pace({ chunkMs: 100, scheduler: clock }).subscribe((count) => due.push(count));
  clock.virtual.schedule(function again() {
    tick += 1;
    if (tick === jumpAt) clock.jumpMs += jumpMs;
    this.schedule(undefined, 100);
  }, 150);
  clock.virtual.flush();
  subscription.unsubscribe();
  return due;
}

test('one chunk per tick without a stall', () => {
  assert.equal(ticks(-1, 0), Array.from({ length: 30 }, () => 1));
});

test('a short stall is caught up at once', () => {
  const due = ticks(5, 400);
  assert.is(Math.max(...due), 5);
  assert.is(due.reduce((a, b) => a + b), 34);
});

test('at most a second of a long stall is caught up', () => {
  const due = ticks(5, 60_000);
  assert.is(Math.max(...due), 10);
  assert.is(due.reduce((a, b) => a + b), 29 + 10);
});

test('it continues when the clock is set back', () => {
  const due = ticks(5, -60_000);
  assert.ok(due.length >= 29, `${due.length} ticks gave sound`);
});

test('late ticks cause no drift', () => {
  // 130 ms go by on the clock from one tick of the timer to the next.
  const clock = new JumpingClock(10_000);
  const fast: SchedulerLike = { now: () => clock.now() * 1.3, schedule: clock.schedule };
  let total = 0;
  const subscription = pace({ chunkMs: 100, scheduler: fast }).subscribe((count) => { total += count; });
  clock.virtual.flush();
  subscription.unsubscribe();
  assert.is(total, 130);
});

test.run();
