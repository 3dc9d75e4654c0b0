import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Silence } from '../../../server/pipe/silence.js';

const SETTINGS = { silenceDb: -60, silenceEndDb: -55, silenceAfterMs: 1000, forgetAfterMs: 2000 };

const silence = (settings = SETTINGS): Silence => new Silence(settings, 500);

/** Pushes blocks of these levels; returns the loudness of each. */
const push = (subject: Silence, ...levelsDb: number[]): string[] => levelsDb.map((levelDb) => subject.push(levelDb));

test('silence begins after silenceAfterMs below the threshold, not before', () => {
  assert.equal(push(silence(), -61, -61, -61), ['quiet', 'silent', 'silent']);
});

test('a block above the threshold restarts the time', () => {
  assert.equal(push(silence(), -61, -59, -61), ['quiet', 'sound', 'quiet']);
});

test('silence ends only above the second threshold', () => {
  assert.equal(push(silence(), -80, -80, -57, -54, -57), ['quiet', 'silent', 'silent', 'sound', 'sound']);
});

test('only the first block after a long silence resets the state', () => {
  const subject = silence();
  push(subject, -80, -80, -80, -80, -20);
  assert.is(subject.resetsState, false, '2 s');
  push(subject, -80, -80, -80, -80, -80);
  assert.is(subject.resetsState, false, 'not before the silence ends');
  push(subject, -20);
  assert.is(subject.resetsState, true, '2.5 s');
  push(subject, -20);
  assert.is(subject.resetsState, false);
});

test('every threshold is a setting', () => {
  const subject = silence({ silenceDb: -10, silenceEndDb: -5, silenceAfterMs: 0, forgetAfterMs: 0 });
  assert.equal(push(subject, -11, -4), ['silent', 'sound']);
  assert.is(subject.resetsState, true);
});

test.run();
