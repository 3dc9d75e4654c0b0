import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DeadAir } from '../../../../server/alerts/rules/dead-air.js';
import { deadAirSchema } from '../../../../server/stations/config.js';
import { became, hear, heard, takesTurns, times } from '../station-events.js';

const RULE = deadAirSchema.parse({ type: 'dead-air' });
const QUIET = { state: 'silence', level: -72 } as const;
const LOUD = { level: -20 };

test('is raised when nothing is heard for its time, and over when sound has stayed for some', () => {
  const found = hear(new DeadAir(RULE), 0, [LOUD, ...times(125, QUIET), ...times(10, LOUD)]);
  assert.equal(found.map(({ kind, atMs, fromMs, toMs }) => ({ kind, atMs, fromMs, toMs })), [
    { kind: 'raised', atMs: 16_000, fromMs: 1000, toMs: null },
    { kind: 'recovered', atMs: 131_000, fromMs: 1000, toMs: 126_000 },
  ]);
  assert.is(found[0]!.sentence, 'no sound above -50 dBFS for 15 s (level -72 dBFS).');
  assert.is(found[1]!.sentence, 'sound again after 2 min 5 s (level -20 dBFS).');
});

test('a level of exactly the threshold is sound', () => {
  assert.equal(hear(new DeadAir(RULE), 0, times(60, { level: -50 })), []);
  assert.is(hear(new DeadAir(RULE), 0, times(60, { level: -50.01 })).length, 1);
});

test('goes on while the station is away: no sound was heard again', () => {
  const rule = new DeadAir(RULE);
  assert.is(hear(rule, 0, times(20, QUIET)).length, 1);
  for (const state of ['stalled', 'failing', 'connecting', 'live'] as const) assert.is(rule.take(became(state, 21_000)), undefined);
  assert.equal(hear(rule, 600_000, times(30, QUIET)), []);
  assert.equal(hear(rule, 630_000, times(5, LOUD)).map(({ kind }) => kind), ['recovered']);
});

test('silence between short reconnections adds up', () => {
  const rule = new DeadAir(RULE);
  assert.equal(hear(rule, 0, times(10, QUIET)), []);
  assert.equal(hear(rule, 20_000, times(10, QUIET)).map(({ atMs }) => atMs), [25_000]);
});

test('one that was on before a restart is over with sound, and isn’t raised again', () => {
  const rule = new DeadAir(RULE, -60_000);
  const [over, ...more] = hear(rule, 0, [...times(30, QUIET), ...times(5, LOUD)]);
  assert.is(over!.sentence, 'sound again after 1 min 30 s (level -20 dBFS).');
  assert.equal(more, []);
});

test('levels that stay near the threshold don’t flap: after one that is over, a whole time of quiet comes first', () => {
  const nearDb = fc.array(fc.double({ min: -53, max: -47, noNaN: true }), { maxLength: 600 });
  fc.assert(fc.property(nearDb, (levels) => {
    const found = hear(new DeadAir(RULE), 0, levels.map((level) => ({ level })));
    assert.ok(takesTurns(found.map(({ kind }) => kind)));
    found.forEach((finding, index) => {
      const before = found[index - 1];
      if (before) assert.ok(finding.atMs - before.atMs >= 1000 * (finding.kind === 'raised' ? RULE.forS : RULE.endAfterS));
    });
  }));
});

test('whatever happens, it takes turns', () => {
  const moments = fc.array(fc.oneof(
    fc.tuple(fc.constant('heard' as const), fc.double({ min: -120, max: 0, noNaN: true })),
    fc.tuple(fc.constantFrom('connecting', 'live', 'silent', 'stalled', 'failing', 'stopped'), fc.constant(0)),
  ), { maxLength: 300 });
  fc.assert(fc.property(moments, (all) => {
    const rule = new DeadAir({ ...RULE, forS: 2, endAfterS: 1 });
    const found = all.flatMap(([what, level], index) => rule.take(what === 'heard' ? heard(index * 700, { level }, 700) : became(what, index * 700)) ?? []);
    assert.ok(takesTurns(found.map(({ kind }) => kind)));
  }));
});

test.run();
