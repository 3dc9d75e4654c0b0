import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Silence } from '../../server/silence.js';

const SETTINGS = { silenceDb: -60, silenceEndDb: -55, silenceAfterMs: 1000, forgetAfterMs: 2000 };

const silence = (settings = SETTINGS): Silence => new Silence(settings, 500);

test('begins after its time below the level, not before', () => {
  const subject = silence();
  subject.push(-61);
  assert.not(subject.silent);
  subject.push(-61);
  assert.ok(subject.silent);
});

test('a block above the level starts the time again', () => {
  const subject = silence();
  for (const levelDb of [-61, -59, -61]) subject.push(levelDb);
  assert.not(subject.silent);
});

test('ends only above the second level', () => {
  const subject = silence();
  for (let block = 0; block < 3; block++) subject.push(-80);
  assert.is(subject.push(-57), undefined);
  assert.ok(subject.silent);
  assert.is(subject.push(-54), 'ended');
  assert.not(subject.silent);
});

test('a long one makes what was before forgotten, a short one does not', () => {
  const subject = silence();
  for (let block = 0; block < 4; block++) subject.push(-80);
  assert.is(subject.push(-20), 'ended', '2 s');
  for (let block = 0; block < 5; block++) subject.push(-80);
  assert.is(subject.push(-20), 'forget', '2.5 s');
});

test('every threshold is a setting', () => {
  const subject = silence({ silenceDb: -10, silenceEndDb: -5, silenceAfterMs: 0, forgetAfterMs: 0 });
  subject.push(-11);
  assert.ok(subject.silent);
  assert.is(subject.push(-4), 'forget');
});

test.run();
