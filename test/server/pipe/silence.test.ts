import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Silence } from '../../../server/pipe/silence.js';

const SETTINGS = { silenceDb: -60, silenceEndDb: -55, silenceAfterMs: 1000, forgetAfterMs: 2000 };

const silence = (settings = SETTINGS): Silence => new Silence(settings, 500);

/** Blocks of these levels; the loudness of each. */
const push = (subject: Silence, ...levelsDb: number[]): string[] => levelsDb.map((levelDb) => subject.push(levelDb));

test('begins after its time below the level, not before', () => {
  assert.equal(push(silence(), -61, -61, -61), ['quiet', 'silent', 'silent']);
});

test('a block above the level starts the time again', () => {
  assert.equal(push(silence(), -61, -59, -61), ['quiet', 'sound', 'quiet']);
});

test('ends only above the second level', () => {
  assert.equal(push(silence(), -80, -80, -57, -54, -57), ['quiet', 'silent', 'silent', 'sound', 'sound']);
});

test('after a long one the stream starts afresh, with one block; after a short one it does not', () => {
  const subject = silence();
  push(subject, -80, -80, -80, -80, -20);
  assert.is(subject.resetsState, false, '2 s');
  push(subject, -80, -80, -80, -80, -80);
  assert.is(subject.resetsState, false, 'not before it ends');
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
