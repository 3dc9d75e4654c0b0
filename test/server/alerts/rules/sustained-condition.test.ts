import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Stretch, type StretchTimes } from '../../../../server/alerts/rules/sustained-condition.js';
import { takesTurns } from '../station-events.js';

const TIMES: StretchTimes = { forMs: 10_000, endAfterMs: 3000, forgiveMs: 0 };

/** A second for each sign: + holds, - is gone, a space is a minute in which nothing is heard. */
function changes(stretch: Stretch, signs: string): string[] {
  const said: string[] = [];
  let atMs = 0;
  for (const sign of signs) {
    atMs += sign === ' ' ? 60_500 : 1000;
    if (sign === ' ') continue;
    const change = stretch.take(sign === '+', { atMs, spanMs: 1000 });
    if (change) said.push(`${change} at ${atMs / 1000}`);
  }
  return said;
}

test('counts after its time, once, and is over after some time without it', () => {
  const stretch = new Stretch(TIMES);
  assert.equal(changes(stretch, '-++++++++++++++++----++++'), ['raised at 11', 'recovered at 20']);
  assert.is(stretch.toMs, 17_000, 'that is when it began to be gone');
});

test('what wavers around the edge neither begins nor ends it', () => {
  assert.equal(changes(new Stretch(TIMES), '+++++++++-'.repeat(20)), []);
  assert.equal(changes(new Stretch(TIMES, 0), '--+'.repeat(20)), []);
});

test('short interruptions are forgiven where that is asked for, as a fifth of it at most', () => {
  const forgiving = { ...TIMES, forgiveMs: 3000 };
  assert.equal(changes(new Stretch(forgiving), '++++-+++++'), ['raised at 10']);
  assert.equal(changes(new Stretch(forgiving), '++++---+++'), [], 'not when it lasts');
  assert.equal(changes(new Stretch(forgiving), '+--'.repeat(50)), [], 'nor when most is interruption');
  assert.equal(changes(new Stretch(TIMES), '++++-+++++'), []);
});

test('what has not lasted yet starts anew after a minute in which nothing is heard; what counts goes on', () => {
  assert.equal(changes(new Stretch(TIMES), '+++++++++ +++'), []);
  const stretch = new Stretch(TIMES);
  assert.equal(changes(stretch, '++++++++++ ++ ---'), ['raised at 10', 'recovered at 136']);
  assert.is(stretch.fromMs, 0);
});

test('no time at all is a time, too', () => {
  assert.equal(changes(new Stretch({ forMs: 0, endAfterMs: 0, forgiveMs: 0 }), '+-+'), ['raised at 1', 'recovered at 2', 'raised at 3']);
});

test('whatever happens, what is raised is over before it is raised again', () => {
  const seconds = fc.record({ forMs: fc.integer({ min: 0, max: 5000 }), endAfterMs: fc.integer({ min: 0, max: 5000 }), forgiveMs: fc.integer({ min: 0, max: 5000 }) });
  fc.assert(fc.property(seconds, fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 2000 }), fc.integer({ min: -5000, max: 70_000 }))), (times, blocks) => {
    const stretch = new Stretch(times);
    let atMs = 0;
    const said = blocks.flatMap(([holds, spanMs, waitedMs]) => {
      atMs += spanMs + waitedMs;
      return stretch.take(holds, { atMs, spanMs }) ?? [];
    });
    assert.ok(takesTurns(said));
  }));
});

test.run();
