import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Drift } from '../../../../server/alerts/rules/drift.js';
import { driftSchema } from '../../../../server/stations/config.js';
import { hear, takesTurns, times } from '../station-events.js';

const RULE = driftSchema.parse({ type: 'drift', expect: ['jazz', 'blues'], windowS: 600 });
const JAZZ = { genre: 'jazz' };
const BLUES = { genre: 'blues' };
const ROCK = { genre: 'rock' };
const SPEECH = { state: 'speech' } as const;

test('is raised when too little of the window is as expected, over when enough is again', () => {
  const rule = new Drift(RULE);
  assert.equal(hear(rule, 0, [...times(300, JAZZ), ...times(300, BLUES)]), []);
  const found = hear(rule, 600_000, times(400, ROCK));
  assert.is(found.length, 1);
  const [raised] = found;
  // The window moves in steps of 10 s: it holds 590 to 600 s.
  assert.ok(raised!.atMs > 880_000 && raised!.atMs <= 910_000, String(raised!.atMs));
  assert.match(raised!.sentence, /^only 49 % of the music in the last 10 min is jazz or blues, less than 50 %; most is rock\.$/);
  const [recovered, ...more] = hear(rule, 1_000_000, times(600, JAZZ));
  assert.is(recovered!.kind, 'recovered');
  assert.match(recovered!.sentence, /^6[01] % of the music in the last 10 min is jazz or blues again, after \d+ min( \d+ s)?\.$/);
  assert.equal(more, []);
});

test('says nothing before music fills a third of the window', () => {
  assert.equal(hear(new Drift(RULE), 0, times(199, ROCK)), []);
  assert.is(hear(new Drift(RULE), 0, times(200, ROCK)).length, 1);
  assert.equal(hear(new Drift(RULE), 0, times(300, [ROCK, SPEECH, SPEECH, SPEECH]).flat()), [], 'a quarter is music');
});

test('what was said stays while too little music is heard to say otherwise', () => {
  const rule = new Drift(RULE);
  assert.is(hear(rule, 0, times(200, ROCK)).length, 1);
  assert.equal(hear(rule, 200_000, [...times(700, SPEECH), ...times(199, JAZZ)]), []);
  assert.equal(hear(rule, 1_099_000, times(2, JAZZ)).map(({ kind }) => kind), ['recovered']);
});

test('a share between the two thresholds changes nothing', () => {
  const mixed = times(200, [JAZZ, JAZZ, JAZZ, JAZZ, JAZZ, JAZZ, ROCK, ROCK, ROCK, ROCK, ROCK]).flat();
  assert.equal(hear(new Drift(RULE), 0, mixed), []);
  assert.equal(hear(new Drift(RULE, 0), 0, mixed), []);
});

test('all that is wanted can be had', () => {
  const all = { ...RULE, minShare: 1 };
  assert.equal(hear(new Drift(all), 0, [...times(199, JAZZ), ROCK, ...times(700, JAZZ)]).map(({ kind }) => kind), ['raised', 'recovered']);
});

test('whatever is heard, it takes turns', () => {
  const said = fc.constantFrom(JAZZ, ROCK, SPEECH, { state: 'unknown' as const });
  fc.assert(fc.property(fc.array(fc.tuple(said, fc.integer({ min: 1, max: 40 })), { maxLength: 60 }), fc.double({ min: 0, max: 1, noNaN: true }), (runs, minShare) => {
    const rule = new Drift({ ...RULE, windowS: 30, minShare });
    assert.ok(takesTurns(hear(rule, 0, runs.flatMap(([each, seconds]) => times(seconds, each))).map(({ kind }) => kind)));
  }));
});

test.run();
