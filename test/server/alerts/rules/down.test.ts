import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Down } from '../../../../server/alerts/rules/down.js';
import type { Finding } from '../../../../server/alerts/rules/rule.js';
import type { StationState } from '../../../../server/protocol/messages.js';
import { downSchema } from '../../../../server/stations/config.js';
import { stateEvent, alternates } from '../station-events.js';

const RULE = downSchema.parse({ type: 'down' });

/** Pushes states at their times, in seconds, with a tick each second until the end. */
function follow(rule: Down, states: Readonly<Record<number, StationState>>, untilS: number, reason: string | null = null): Finding[] {
  const found: (Finding | undefined)[] = [];
  for (let s = 0; s <= untilS; s++) {
    const state = states[s];
    if (state) found.push(rule.push(stateEvent(state, 1000 * s, state === 'failing' ? reason : null)));
    found.push(rule.tick(1000 * s));
  }
  return found.filter((finding) => finding !== undefined);
}

test('is raised after `forS` with the reason, and recovers when audio has lasted', () => {
  const found = follow(new Down(RULE), { 0: 'live', 10: 'failing', 12: 'connecting', 13: 'failing', 135: 'connecting', 136: 'live' }, 300, 'The server answers 503 Service Unavailable.');
  assert.equal(found.map(({ kind, atMs, fromMs, toMs, sentence }) => ({ kind, atMs, fromMs, toMs, sentence })), [
    { kind: 'raised', atMs: 40_000, fromMs: 10_000, toMs: null, sentence: 'down for 30 s. The server answers 503 Service Unavailable.' },
    { kind: 'recovered', atMs: 146_000, fromMs: 10_000, toMs: 136_000, sentence: 'back after 2 min 6 s.' },
  ]);
});

test('a stall is down, silence is not', () => {
  assert.is(follow(new Down(RULE), { 0: 'stalled' }, 60).length, 1);
  assert.equal(follow(new Down(RULE), { 0: 'silent' }, 600), []);
});

test('short gaps raise nothing', () => {
  assert.equal(follow(new Down(RULE), { 0: 'live', 10: 'failing', 39: 'live', 60: 'stalled', 80: 'live' }, 200), []);
});

test('an intermittent station raises one alert: a short return does not end it', () => {
  const comesAndGoes = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [[25 * index, 'failing'], [25 * index + 20, 'live']] as const).flat());
  const found = follow(new Down(RULE), comesAndGoes, 600);
  assert.equal(found.map(({ kind, atMs }) => `${kind} ${atMs / 1000}`), ['raised 30', 'recovered 505']);
});

test('the first connection may take 10 s, whatever the rule says; a failure may not', () => {
  const atOnce = { ...RULE, forS: 0 };
  assert.equal(follow(new Down(atOnce), { 0: 'connecting', 9: 'live' }, 60), []);
  assert.equal(follow(new Down(atOnce), { 0: 'connecting' }, 60).map(({ atMs, sentence }) => ({ atMs, sentence })), [{ atMs: 10_000, sentence: 'down for 10 s. No audio arrives.' }]);
  assert.equal(follow(new Down(atOnce), { 0: 'live', 5: 'failing' }, 8).map(({ atMs }) => atMs), [5000]);
});

test('a station that is switched off is not down', () => {
  assert.equal(follow(new Down(RULE), { 0: 'failing', 20: 'stopped' }, 600), []);
  assert.equal(follow(new Down(RULE), { 0: 'failing', 20: 'stopped', 100: 'failing' }, 120), [], 'and starts from zero after');
});

test('an alert open before a restart recovers when audio has lasted, and is not raised again', () => {
  const found = follow(new Down(RULE, -120_000), { 0: 'connecting', 100: 'failing', 200: 'connecting', 201: 'live' }, 300);
  assert.equal(found.map(({ kind, fromMs, toMs }) => ({ kind, fromMs, toMs })), [{ kind: 'recovered', fromMs: -120_000, toMs: 201_000 }]);
});

test('for any states, raised and recovered alternate', () => {
  const states = fc.array(fc.tuple(fc.constantFrom<StationState>('connecting', 'live', 'silent', 'stalled', 'failing', 'stopped'), fc.integer({ min: -2000, max: 60_000 })), { maxLength: 100 });
  fc.assert(fc.property(states, fc.integer({ min: 0, max: 40 }), (all, forS) => {
    const rule = new Down({ ...RULE, forS });
    let atMs = 0;
    const found = all.flatMap(([state, waitedMs]) => [rule.push(stateEvent(state, atMs)), rule.tick(atMs += waitedMs)]).filter((finding) => finding !== undefined);
    assert.ok(alternates(found.map(({ kind }) => kind)));
    for (const { fromMs, toMs } of found) assert.ok(toMs === null || toMs - fromMs >= -2000);
  }));
});

test.run();
