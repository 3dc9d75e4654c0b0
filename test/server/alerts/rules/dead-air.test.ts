import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DeadAir } from '../../../../server/alerts/rules/dead-air.js';
import { deadAirSchema } from '../../../../server/stations/config.js';
import { stateEvent, pushSeconds, predictionEvent, alternates, times } from '../station-events.js';

const RULE = deadAirSchema.parse({ type: 'dead-air' });
const QUIET = { state: 'silence', level: -72 } as const;
const LOUD = { level: -20 };

test('is raised after `forS` below the level, and recovers after `endAfterS` above it', () => {
  const found = pushSeconds(new DeadAir(RULE), 0, [LOUD, ...times(125, QUIET), ...times(10, LOUD)]);
  assert.equal(found.map(({ kind, atMs, fromMs, toMs }) => ({ kind, atMs, fromMs, toMs })), [
    { kind: 'raised', atMs: 16_000, fromMs: 1000, toMs: null },
    { kind: 'recovered', atMs: 131_000, fromMs: 1000, toMs: 126_000 },
  ]);
  assert.is(found[0]!.sentence, 'no sound above -50 dBFS for 15 s (level -72 dBFS).');
  assert.is(found[1]!.sentence, 'sound again after 2 min 5 s (level -20 dBFS).');
});

test('a level exactly at the threshold is not silence', () => {
  assert.equal(pushSeconds(new DeadAir(RULE), 0, times(60, { level: -50 })), []);
  assert.is(pushSeconds(new DeadAir(RULE), 0, times(60, { level: -50.01 })).length, 1);
});

test('stays open while the station is disconnected', () => {
  const rule = new DeadAir(RULE);
  assert.is(pushSeconds(rule, 0, times(20, QUIET)).length, 1);
  for (const state of ['stalled', 'failing', 'connecting', 'live'] as const) assert.is(rule.push(stateEvent(state, 21_000)), undefined);
  assert.equal(pushSeconds(rule, 600_000, times(30, QUIET)), []);
  assert.equal(pushSeconds(rule, 630_000, times(5, LOUD)).map(({ kind }) => kind), ['recovered']);
});

test('silence before and after a short reconnection adds up', () => {
  const rule = new DeadAir(RULE);
  assert.equal(pushSeconds(rule, 0, times(10, QUIET)), []);
  assert.equal(pushSeconds(rule, 20_000, times(10, QUIET)).map(({ atMs }) => atMs), [25_000]);
});

test('an alert open before a restart recovers with sound, and is not raised again', () => {
  const rule = new DeadAir(RULE, -60_000);
  const [over, ...more] = pushSeconds(rule, 0, [...times(30, QUIET), ...times(5, LOUD)]);
  assert.is(over!.sentence, 'sound again after 1 min 30 s (level -20 dBFS).');
  assert.equal(more, []);
});

test('levels near the threshold do not flap: each change needs its whole time', () => {
  const nearDb = fc.array(fc.double({ min: -53, max: -47, noNaN: true }), { maxLength: 600 });
  fc.assert(fc.property(nearDb, (levels) => {
    const found = pushSeconds(new DeadAir(RULE), 0, levels.map((level) => ({ level })));
    assert.ok(alternates(found.map(({ kind }) => kind)));
    found.forEach((finding, index) => {
      const before = found[index - 1];
      if (before) assert.ok(finding.atMs - before.atMs >= 1000 * (finding.kind === 'raised' ? RULE.forS : RULE.endAfterS));
    });
  }));
});

test('for any events, raised and recovered alternate', () => {
  const moments = fc.array(fc.oneof(
    fc.tuple(fc.constant('prediction' as const), fc.double({ min: -120, max: 0, noNaN: true })),
    fc.tuple(fc.constantFrom('connecting', 'live', 'silent', 'stalled', 'failing', 'stopped'), fc.constant(0)),
  ), { maxLength: 300 });
  fc.assert(fc.property(moments, (all) => {
    const rule = new DeadAir({ ...RULE, forS: 2, endAfterS: 1 });
    const found = all.flatMap(([what, level], index) => rule.push(what === 'prediction' ? predictionEvent(index * 700, { level }, 700) : stateEvent(what, index * 700)) ?? []);
    assert.ok(alternates(found.map(({ kind }) => kind)));
  }));
});

test.run();
