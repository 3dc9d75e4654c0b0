import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Down } from '../../../../server/alerts/rules/down.js';
import type { Finding } from '../../../../server/alerts/rules/rule.js';
import type { StationState } from '../../../../server/protocol/messages.js';
import { downSchema } from '../../../../server/stations/config.js';
import { became, takesTurns } from '../station-events.js';

const RULE = downSchema.parse({ type: 'down' });

/** States at their times, in seconds, and a tick each second until the end. */
function follow(rule: Down, states: Readonly<Record<number, StationState>>, untilS: number, reason: string | null = null): Finding[] {
  const found: (Finding | undefined)[] = [];
  for (let s = 0; s <= untilS; s++) {
    const state = states[s];
    if (state) found.push(rule.take(became(state, 1000 * s, state === 'failing' ? reason : null)));
    found.push(rule.tick(1000 * s));
  }
  return found.filter((finding) => finding !== undefined);
}

test('is raised after its time away, with the reason, and over when the station has stayed', () => {
  const found = follow(new Down(RULE), { 0: 'live', 10: 'failing', 12: 'connecting', 13: 'failing', 135: 'connecting', 136: 'live' }, 300, 'The server answers 503 Service Unavailable.');
  assert.equal(found.map(({ kind, atMs, fromMs, toMs, sentence }) => ({ kind, atMs, fromMs, toMs, sentence })), [
    { kind: 'raised', atMs: 40_000, fromMs: 10_000, toMs: null, sentence: 'down for 30 s. The server answers 503 Service Unavailable.' },
    { kind: 'recovered', atMs: 146_000, fromMs: 10_000, toMs: 136_000, sentence: 'heard again after 2 min 6 s.' },
  ]);
});

test('a stall is down, silence is not', () => {
  assert.is(follow(new Down(RULE), { 0: 'stalled' }, 60).length, 1);
  assert.equal(follow(new Down(RULE), { 0: 'silent' }, 600), []);
});

test('short gaps raise nothing', () => {
  assert.equal(follow(new Down(RULE), { 0: 'live', 10: 'failing', 39: 'live', 60: 'stalled', 80: 'live' }, 200), []);
});

test('short returns end nothing and start nothing anew: a station that comes and goes is down once', () => {
  const comesAndGoes = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [[25 * index, 'failing'], [25 * index + 20, 'live']] as const).flat());
  const found = follow(new Down(RULE), comesAndGoes, 600);
  assert.equal(found.map(({ kind, atMs }) => `${kind} ${atMs / 1000}`), ['raised 30', 'recovered 505']);
});

test('the first connection has 10 s, whatever the rule says; a failure has not', () => {
  const atOnce = { ...RULE, forS: 0 };
  assert.equal(follow(new Down(atOnce), { 0: 'connecting', 9: 'live' }, 60), []);
  assert.equal(follow(new Down(atOnce), { 0: 'connecting' }, 60).map(({ atMs, sentence }) => ({ atMs, sentence })), [{ atMs: 10_000, sentence: 'down for 10 s. Nothing comes from it.' }]);
  assert.equal(follow(new Down(atOnce), { 0: 'live', 5: 'failing' }, 8).map(({ atMs }) => atMs), [5000]);
});

test('a station that is switched off is not down', () => {
  assert.equal(follow(new Down(RULE), { 0: 'failing', 20: 'stopped' }, 600), []);
  assert.equal(follow(new Down(RULE), { 0: 'failing', 20: 'stopped', 100: 'failing' }, 120), [], 'and begins anew after');
});

test('one that was on before a restart is over when the station has stayed, and isn’t raised again', () => {
  const found = follow(new Down(RULE, -120_000), { 0: 'connecting', 100: 'failing', 200: 'connecting', 201: 'live' }, 300);
  assert.equal(found.map(({ kind, fromMs, toMs }) => ({ kind, fromMs, toMs })), [{ kind: 'recovered', fromMs: -120_000, toMs: 201_000 }]);
});

test('whatever happens, it takes turns', () => {
  const states = fc.array(fc.tuple(fc.constantFrom<StationState>('connecting', 'live', 'silent', 'stalled', 'failing', 'stopped'), fc.integer({ min: -2000, max: 60_000 })), { maxLength: 100 });
  fc.assert(fc.property(states, fc.integer({ min: 0, max: 40 }), (all, forS) => {
    const rule = new Down({ ...RULE, forS });
    let atMs = 0;
    const found = all.flatMap(([state, waitedMs]) => [rule.take(became(state, atMs)), rule.tick(atMs += waitedMs)]).filter((finding) => finding !== undefined);
    assert.ok(takesTurns(found.map(({ kind }) => kind)));
    for (const { fromMs, toMs } of found) assert.ok(toMs === null || toMs - fromMs >= -2000);
  }));
});

test.run();
