import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MoodLimits } from '../../../../server/alerts/rules/mood.js';
import { moodSchema } from '../../../../server/stations/config.js';
import { pushSeconds, times } from '../station-events.js';

const RULE = moodSchema.parse({ type: 'mood', maxLively: 0.6, minHappy: 0.4, forS: 300, endAfterS: 60 });
const FITS = { mood: { lively: 0.5, happy: 0.5 } };
const LIVELY = { mood: { lively: 0.8, happy: 0.5 } };
const SPEECH = { state: 'speech' } as const;

test('is raised when the mood is outside for `forS`, and recovers when it is inside for `endAfterS`', () => {
  const found = pushSeconds(new MoodLimits(RULE), 0, [...times(400, LIVELY), ...times(100, FITS)]);
  assert.equal(found.map(({ kind, atMs, fromMs, toMs, sentence }) => ({ kind, atMs, fromMs, toMs, sentence })), [
    { kind: 'raised', atMs: 300_000, fromMs: 0, toMs: null, sentence: 'the music has been too lively (80 %, at most 60 % wanted) for 5 min.' },
    { kind: 'recovered', atMs: 460_000, fromMs: 0, toMs: 400_000, sentence: 'the mood of the music fits again, after 6 min 40 s.' },
  ]);
});

test('each limit has its words, and an axis that the model does not tell never breaks one', () => {
  const sentence = (rule: object, mood: object): string | undefined => pushSeconds(new MoodLimits(moodSchema.parse({ type: 'mood', forS: 1, ...rule })), 0, [{ mood }])[0]?.sentence;
  assert.match(sentence({ minLively: 0.5 }, { lively: 0.2 })!, 'too calm (20 % lively, at least 50 % wanted)');
  assert.match(sentence({ minHappy: 0.5 }, { happy: 0.2 })!, 'too sad (20 % happy, at least 50 % wanted)');
  assert.match(sentence({ maxHappy: 0.5 }, { happy: 0.7 })!, 'too happy (70 %, at most 50 % wanted)');
  assert.is(sentence({ maxHappy: 0.5 }, { lively: 1 }), undefined);
  assert.is(sentence({ minLively: 0.5 }, { lively: 0.5 }), undefined);
});

test('speech and silence pause it, short changes are bridged, and a mood that wavers at its limit raises one alert', () => {
  assert.equal(pushSeconds(new MoodLimits(RULE), 0, [...times(150, LIVELY), ...times(900, SPEECH), ...times(149, LIVELY)]), []);
  assert.equal(pushSeconds(new MoodLimits(RULE), 0, times(40, [...times(10, LIVELY), FITS]).flat()).map(({ kind }) => kind), ['raised']);
  const wavering = times(500, [{ mood: { lively: 0.61 } }, { mood: { lively: 0.57 } }]).flat();
  assert.equal(pushSeconds(new MoodLimits(RULE), 0, [...times(300, LIVELY), ...wavering]).map(({ kind }) => kind), ['raised']);
});

test('a rule without a limit, or with one that nothing fits, is refused', () => {
  assert.throws(() => moodSchema.parse({ type: 'mood' }), 'set at least one limit');
  assert.throws(() => moodSchema.parse({ type: 'mood', minLively: 0.7, maxLively: 0.3 }), 'minLively must be less than maxLively');
});

test.run();
