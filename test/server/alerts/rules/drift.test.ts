import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Drift } from '../../../../server/alerts/rules/drift.js';
import { driftSchema } from '../../../../server/stations/config.js';
import { pushSeconds, alternates, times } from '../station-events.js';

const RULE = driftSchema.parse({ type: 'drift', expect: ['jazz', 'blues'], windowS: 600 });
const JAZZ = { genre: 'jazz' };
const BLUES = { genre: 'blues' };
const ROCK = { genre: 'rock' };
const SPEECH = { state: 'speech' } as const;

test('is raised when the expected share of the window is too small, and recovers when it is large enough', () => {
  const rule = new Drift(RULE);
  assert.equal(pushSeconds(rule, 0, [...times(300, JAZZ), ...times(300, BLUES)]), []);
  const found = pushSeconds(rule, 600_000, times(400, ROCK));
  assert.is(found.length, 1);
  const [raised] = found;
  // The window moves in steps of 10 s: it holds 590 to 600 s.
  assert.ok(raised!.atMs > 880_000 && raised!.atMs <= 910_000, String(raised!.atMs));
  assert.match(raised!.sentence, /^only 49 % of the music in the last 10 min is jazz or blues, less than 50 %; most is rock\.$/);
  const [recovered, ...more] = pushSeconds(rule, 1_000_000, times(600, JAZZ));
  assert.is(recovered!.kind, 'recovered');
  assert.match(recovered!.sentence, /^6[01] % of the music in the last 10 min is jazz or blues again, after \d+ min( \d+ s)?\.$/);
  assert.equal(more, []);
});

test('is not raised before music fills a third of the window', () => {
  assert.equal(pushSeconds(new Drift(RULE), 0, times(199, ROCK)), []);
  assert.is(pushSeconds(new Drift(RULE), 0, times(200, ROCK)).length, 1);
  assert.equal(pushSeconds(new Drift(RULE), 0, times(300, [ROCK, SPEECH, SPEECH, SPEECH]).flat()), [], 'a quarter is music');
});

test('stays open while there is too little music to decide', () => {
  const rule = new Drift(RULE);
  assert.is(pushSeconds(rule, 0, times(200, ROCK)).length, 1);
  assert.equal(pushSeconds(rule, 200_000, [...times(700, SPEECH), ...times(199, JAZZ)]), []);
  assert.equal(pushSeconds(rule, 1_099_000, times(2, JAZZ)).map(({ kind }) => kind), ['recovered']);
});

test('a share between the two thresholds changes nothing', () => {
  const mixed = times(200, [JAZZ, JAZZ, JAZZ, JAZZ, JAZZ, JAZZ, ROCK, ROCK, ROCK, ROCK, ROCK]).flat();
  assert.equal(pushSeconds(new Drift(RULE), 0, mixed), []);
  assert.equal(pushSeconds(new Drift(RULE, 0), 0, mixed), []);
});

test('an expected share of 1 can recover', () => {
  const all = { ...RULE, minShare: 1 };
  assert.equal(pushSeconds(new Drift(all), 0, [...times(199, JAZZ), ROCK, ...times(700, JAZZ)]).map(({ kind }) => kind), ['raised', 'recovered']);
});

test('for any blocks, raised and recovered alternate', () => {
  const said = fc.constantFrom(JAZZ, ROCK, SPEECH, { state: 'unknown' as const });
  fc.assert(fc.property(fc.array(fc.tuple(said, fc.integer({ min: 1, max: 40 })), { maxLength: 60 }), fc.double({ min: 0, max: 1, noNaN: true }), (runs, minShare) => {
    const rule = new Drift({ ...RULE, windowS: 30, minShare });
    assert.ok(alternates(pushSeconds(rule, 0, runs.flatMap(([each, seconds]) => times(seconds, each))).map(({ kind }) => kind)));
  }));
});

test.run();
