import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SustainedCondition, type SustainedTimes } from '../../../../server/alerts/rules/sustained-condition.js';
import { alternates } from '../station-events.js';

const TIMES: SustainedTimes = { forMs: 10_000, endAfterMs: 3000, bridgeMs: 0 };

/** One second per character: + holds, - does not; a space is a minute without audio. */
function changes(condition: SustainedCondition, signs: string): string[] {
  const found: string[] = [];
  let atMs = 0;
  for (const sign of signs) {
    atMs += sign === ' ' ? 60_500 : 1000;
    if (sign === ' ') continue;
    const change = condition.push(sign === '+', { atMs, spanMs: 1000 });
    if (change) found.push(`${change} at ${atMs / 1000}`);
  }
  return found;
}

test('is raised once after its time, and recovers after some time without it', () => {
  const condition = new SustainedCondition(TIMES);
  assert.equal(changes(condition, '-++++++++++++++++----++++'), ['raised at 11', 'recovered at 20']);
  assert.is(condition.toMs, 17_000, 'the start of the interruption');
});

test('a flickering condition is neither raised nor recovers', () => {
  assert.equal(changes(new SustainedCondition(TIMES), '+++++++++-'.repeat(20)), []);
  assert.equal(changes(new SustainedCondition(TIMES, 0), '--+'.repeat(20)), []);
});

test('short interruptions are bridged if configured, up to a fifth of the time', () => {
  const bridging = { ...TIMES, bridgeMs: 3000 };
  assert.equal(changes(new SustainedCondition(bridging), '++++-+++++'), ['raised at 10']);
  assert.equal(changes(new SustainedCondition(bridging), '++++---+++'), [], 'not a long one');
  assert.equal(changes(new SustainedCondition(bridging), '+--'.repeat(50)), [], 'nor if most of the time is interruption');
  assert.equal(changes(new SustainedCondition(TIMES), '++++-+++++'), []);
});

test('after a minute without audio a condition not yet raised starts from zero; a raised one stays raised', () => {
  assert.equal(changes(new SustainedCondition(TIMES), '+++++++++ +++'), []);
  const condition = new SustainedCondition(TIMES);
  assert.equal(changes(condition, '++++++++++ ++ ---'), ['raised at 10', 'recovered at 136']);
  assert.is(condition.fromMs, 0);
});

test('times of 0 are valid', () => {
  assert.equal(changes(new SustainedCondition({ forMs: 0, endAfterMs: 0, bridgeMs: 0 }), '+-+'), ['raised at 1', 'recovered at 2', 'raised at 3']);
});

test('for any input, raised and recovered alternate', () => {
  const seconds = fc.record({ forMs: fc.integer({ min: 0, max: 5000 }), endAfterMs: fc.integer({ min: 0, max: 5000 }), bridgeMs: fc.integer({ min: 0, max: 5000 }) });
  fc.assert(fc.property(seconds, fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 2000 }), fc.integer({ min: -5000, max: 70_000 }))), (times, blocks) => {
    const condition = new SustainedCondition(times);
    let atMs = 0;
    const found = blocks.flatMap(([holds, spanMs, waitedMs]) => {
      atMs += spanMs + waitedMs;
      return condition.push(holds, { atMs, spanMs }) ?? [];
    });
    assert.ok(alternates(found));
  }));
});

test.run();
