import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Speech } from '../../../../server/alerts/rules/speech.js';
import { speechSchema } from '../../../../server/stations/config.js';
import { pushSeconds, times } from '../station-events.js';

const RULE = speechSchema.parse({ type: 'speech' });
const SPEECH = { state: 'speech' } as const;
const MUSIC = { state: 'music' } as const;
const SILENCE = { state: 'silence', level: -80 } as const;

test('is raised after `forS` of speech, and recovers after `endAfterS` of music', () => {
  const found = pushSeconds(new Speech(RULE), 0, [...times(700, SPEECH), ...times(60, MUSIC)]);
  assert.equal(found.map(({ kind, atMs, fromMs, toMs, sentence }) => ({ kind, atMs, fromMs, toMs, sentence })), [
    { kind: 'raised', atMs: 600_000, fromMs: 0, toMs: null, sentence: 'only speech for 10 min.' },
    { kind: 'recovered', atMs: 730_000, fromMs: 0, toMs: 700_000, sentence: 'no longer only speech, after 11 min 40 s.' },
  ]);
});

test('short jingles are bridged, songs are not', () => {
  const hour = (jingleS: number) => Array.from({ length: 60 }, () => [...times(60 - jingleS, SPEECH), ...times(jingleS, MUSIC)]).flat();
  assert.equal(pushSeconds(new Speech(RULE), 0, hour(5)).map(({ kind }) => kind), ['raised']);
  assert.equal(pushSeconds(new Speech(RULE), 0, hour(31)), []);
  assert.equal(pushSeconds(new Speech(RULE), 0, times(60, [...times(29, MUSIC), SPEECH]).flat()), [], 'mostly music');
});

test('silence counts as neither speech nor music', () => {
  assert.equal(pushSeconds(new Speech(RULE), 0, [...times(599, SPEECH), ...times(900, SILENCE)]), []);
  assert.equal(pushSeconds(new Speech(RULE), 0, times(600, [SPEECH, SILENCE]).flat()).map(({ atMs }) => atMs), [1_199_000]);
});

test.run();
